#include "rfb/security/eax_stream.h"

#include "base/byte_order.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <utility>

namespace porthole::rfb {

EaxStream::EaxStream(std::unique_ptr<net::ByteStream> inner,
                     std::span<const std::uint8_t> key_to_host,
                     std::span<const std::uint8_t> key_from_host)
    : inner_(std::move(inner)), to_host_(key_to_host), from_host_(key_from_host) {}

net::Awaitable<absl::Status> EaxStream::WaitReadable() {
  if (HasUnread()) {
    co_return absl::OkStatus();
  }
  co_return co_await inner_->WaitReadable();
}

net::Awaitable<absl::StatusOr<std::size_t>> EaxStream::ReadSome(std::span<std::uint8_t> target) {
  while (!HasUnread()) {  // a message may be empty
    absl::Status read = co_await ReadMessage();
    if (!read.ok()) {
      co_return read;
    }
  }
  const std::size_t count = std::min(target.size(), text_.size() - read_);
  std::ranges::copy(std::span(text_).subspan(read_, count), target.begin());
  read_ += count;
  if (!HasUnread()) {
    text_ = {};  // an idle session holds no buffer
    read_ = 0;
  }
  co_return count;
}

net::Awaitable<absl::Status> EaxStream::ReadMessage() {
  std::array<std::uint8_t, EaxMessages::kHeadBytes> head{};
  // The end before a message is an end like any other; later it is none.
  const absl::StatusOr<std::size_t> begun = co_await inner_->ReadSome(head);
  if (!begun.ok()) {
    co_return begun.status();
  }
  absl::Status read = co_await ReadExact(*inner_, std::span(head).subspan(*begun));
  std::vector<std::uint8_t> message;
  if (read.ok()) {
    message.resize(LoadU16(head) + EaxMessages::kTagBytes);
    read = co_await ReadExact(*inner_, message);
  }
  if (absl::IsOutOfRange(read)) {
    co_return absl::UnavailableError("the host's encrypted stream ended within a message");
  }
  if (!read.ok()) {
    co_return read;
  }
  if (!from_host_.Open(head, message)) {
    co_return absl::InvalidArgumentError("an encrypted message is not as the host sealed it");
  }
  message.resize(message.size() - EaxMessages::kTagBytes);
  text_ = std::move(message);
  read_ = 0;
  co_return absl::OkStatus();
}

net::Awaitable<absl::Status> EaxStream::Write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(bytes.size(), EaxMessages::kMaxSentBytes);
    const std::vector<std::uint8_t> message = to_host_.Seal(bytes.first(count));
    absl::Status written = co_await inner_->Write(message);
    if (!written.ok()) {
      co_return written;
    }
    bytes = bytes.subspan(count);
  }
  co_return absl::OkStatus();
}

}  // namespace porthole::rfb
