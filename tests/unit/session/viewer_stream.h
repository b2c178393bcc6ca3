#pragma once

#include "tests/support/memory_stream.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace porthole::session {

// What became of a viewer's stream; outlives it.
struct ViewerFate {
  std::optional<net::Ending> ending;  // what it was told
  bool gone = false;
  std::vector<std::string> texts;  // what it was told beside RFB
};

// A viewer in memory that waits as a WebSocket does: WaitReadable() takes the first bytes, and so
// notices one that leaves.
class ViewerStream final : public net::ByteStream {
 public:
  ViewerStream(std::unique_ptr<testing::MemoryStream> inner, std::shared_ptr<ViewerFate> fate)
      : inner_(std::move(inner)), fate_(std::move(fate)) {}
  ~ViewerStream() override { fate_->gone = true; }

  // Lets every Write() from number `write` (from 1) on throw.
  void ThrowFrom(int write) { throw_from_ = write; }
  testing::MemoryStream& Inner() { return *inner_; }

  net::Awaitable<absl::Status> WaitReadable() override {
    if (head_size_ > 0) {
      co_return absl::OkStatus();
    }
    const absl::StatusOr<std::size_t> count = co_await inner_->ReadSome(head_);
    if (count.ok()) {
      head_size_ = *count;
    }
    co_return count.status();
  }
  net::Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override {
    if (head_size_ == 0) {
      co_return co_await inner_->ReadSome(target);
    }
    if (inner_->ClosedWith().has_value()) {
      co_return absl::CancelledError("closed");
    }
    const std::size_t count = std::min(target.size(), head_size_);
    std::copy_n(head_.begin(), count, target.begin());
    std::copy(head_.begin() + static_cast<std::ptrdiff_t>(count), head_.end(), head_.begin());
    head_size_ -= count;
    co_return count;
  }
  net::Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override {
    if (++writes_ >= throw_from_) {
      throw std::bad_alloc();
    }
    co_return co_await inner_->Write(bytes);
  }
  void SendText(std::string text) override { fate_->texts.push_back(std::move(text)); }
  void Close(net::Ending ending) override {
    if (!fate_->ending.has_value()) {
      fate_->ending = ending;
    }
    inner_->Close(std::move(ending));
  }
  net::Awaitable<net::Closing> Closed() override { return inner_->Closed(); }
  net::TransportFacts Facts() const override { return inner_->Facts(); }

 private:
  std::unique_ptr<testing::MemoryStream> inner_;
  std::shared_ptr<ViewerFate> fate_;
  std::array<std::uint8_t, 64> head_{};
  std::size_t head_size_ = 0;
  int writes_ = 0;
  int throw_from_ = 1'000'000;
};

}  // namespace porthole::session
