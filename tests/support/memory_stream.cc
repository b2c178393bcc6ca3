#include "tests/support/memory_stream.h"

#include "tests/support/memory_pipe.h"

#include <algorithm>
#include <utility>

namespace porthole::testing {

MemoryStream::MemoryStream(std::shared_ptr<MemoryPipe> incoming,
                           std::shared_ptr<MemoryPipe> outgoing)
    : incoming_(std::move(incoming)), outgoing_(std::move(outgoing)) {}

absl::Status MemoryStream::Begin() {
  ++operations_;
  if (operations_ >= fail_from_) {
    return failure_;
  }
  return ending_ ? absl::CancelledError("closed") : absl::OkStatus();
}

absl::Status MemoryStream::WhyNotReadable() const {
  if (ending_) {
    return absl::CancelledError("closed");
  }
  if (incoming_->vanished) {
    return absl::UnavailableError("the other end is gone");
  }
  return absl::OutOfRangeError("the other end closed");
}

net::Awaitable<absl::Status> MemoryStream::WaitReadable() {
  absl::Status begun = Begin();
  if (!begun.ok()) {
    co_return begun;
  }
  while (!ending_ && !incoming_->vanished && incoming_->Size() == 0 && !incoming_->ended) {
    co_await incoming_->Changed();
  }
  co_return ending_ ? absl::CancelledError("closed") : absl::OkStatus();
}

net::Awaitable<absl::StatusOr<std::size_t>> MemoryStream::ReadSome(std::span<std::uint8_t> target) {
  absl::Status begun = Begin();
  if (!begun.ok()) {
    co_return begun;
  }
  while (!ending_ && !incoming_->vanished && incoming_->Size() == 0 && !incoming_->ended) {
    co_await incoming_->Changed();
  }
  if (ending_ || incoming_->vanished || incoming_->Size() == 0) {
    co_return WhyNotReadable();
  }
  const std::size_t count = std::min({target.size(), incoming_->Size(), cut_});
  incoming_->Get(target.first(count));
  co_return count;
}

net::Awaitable<absl::Status> MemoryStream::Write(std::span<const std::uint8_t> bytes) {
  absl::Status begun = Begin();
  if (!begun.ok()) {
    co_return begun;
  }
  while (!bytes.empty()) {
    if (ending_) {
      co_return absl::CancelledError("closed");
    }
    if (outgoing_->vanished || outgoing_->unread) {
      co_return absl::UnavailableError("the other end is gone");
    }
    const std::size_t count = std::min(bytes.size(), outgoing_->Room());
    if (count == 0) {
      co_await outgoing_->Changed();
      continue;
    }
    outgoing_->Put(bytes.first(count));
    bytes = bytes.subspan(count);
  }
  co_return absl::OkStatus();
}

void MemoryStream::Close(net::Ending ending) {
  if (ending_) {
    return;
  }
  ending_ = std::move(ending);
  outgoing_->goodbye.code = ending_->code;
  outgoing_->ended = true;
  incoming_->unread = true;
  outgoing_->Announce();
  incoming_->Announce();
}

net::Awaitable<net::Closing> MemoryStream::Closed() {
  while (!ending_) {
    co_await incoming_->Changed();
  }
  co_return closing_;
}

std::optional<net::PeerClose> MemoryStream::ClosedByPeer() const {
  if (incoming_->goodbye.code == 0) {
    return std::nullopt;
  }
  return incoming_->goodbye;
}

void MemoryStream::Push(std::span<const std::uint8_t> bytes) {
  outgoing_->Put(bytes);
}

void MemoryStream::Push(std::string_view bytes) {
  outgoing_->Put({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::vector<std::uint8_t> MemoryStream::Take() {
  std::vector<std::uint8_t> bytes(incoming_->Size());
  incoming_->Get(bytes);
  return bytes;
}

void MemoryStream::SendEof() {
  outgoing_->ended = true;
  outgoing_->Announce();
}

void MemoryStream::Vanish() {
  for (MemoryPipe* pipe : {incoming_.get(), outgoing_.get()}) {
    pipe->vanished = true;
    pipe->Announce();
  }
}

void MemoryStream::FailFrom(std::size_t operation, absl::Status error) {
  fail_from_ = operation;
  failure_ = std::move(error);
}

MemoryStreamPair MemoryStreamPair::Make(const boost::asio::any_io_executor& executor,
                                        std::size_t capacity) {
  auto one = std::make_shared<MemoryPipe>(executor, capacity);
  auto other = std::make_shared<MemoryPipe>(executor, capacity);
  MemoryStreamPair pair;
  pair.near = std::make_unique<MemoryStream>(one, other);
  pair.far = std::make_unique<MemoryStream>(other, one);
  return pair;
}

}  // namespace porthole::testing
