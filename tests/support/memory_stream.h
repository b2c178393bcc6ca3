#pragma once

#include "net/byte_stream.h"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace porthole::testing {

class MemoryPipe;

// One end of a connection that exists only in memory. What one end writes the other reads; a full
// pipe makes the writer wait. Operations that need not wait complete at once. Both ends belong to
// the one thread that runs their executor.
class MemoryStream final : public net::ByteStream {
 public:
  MemoryStream(std::shared_ptr<MemoryPipe> incoming, std::shared_ptr<MemoryPipe> outgoing);

  net::Awaitable<absl::Status> WaitReadable() override;
  net::Awaitable<absl::StatusOr<std::size_t>> ReadSome(std::span<std::uint8_t> target) override;
  net::Awaitable<absl::Status> Write(std::span<const std::uint8_t> bytes) override;
  // The other end reads what is on its way and then OUT_OF_RANGE; its writes are UNAVAILABLE.
  void Close(net::Ending ending) override;
  // Waits for Close(); gives kClean unless told otherwise by CloseAs().
  net::Awaitable<net::Closing> Closed() override;
  std::optional<net::PeerClose> ClosedByPeer() const override;
  net::TransportFacts Facts() const override { return facts_; }

  // Puts bytes on the way to the other end, however full the pipe is.
  void Push(std::span<const std::uint8_t> bytes);
  void Push(std::string_view bytes);
  // Takes all bytes that are on the way to this end.
  std::vector<std::uint8_t> Take();
  // Sends nothing more: the other end reads what is on its way and then OUT_OF_RANGE.
  void SendEof();
  // Vanishes: the other end's reads and writes are UNAVAILABLE at once.
  void Vanish();

  // How many bytes one ReadSome() of this end gives at most.
  void CutReads(std::size_t most) { cut_ = most; }
  // Lets operation number `operation` (from 1: WaitReadable, ReadSome and Write of this end
  // together) and all after it return `error`.
  void FailFrom(std::size_t operation, absl::Status error);
  // Operations begun so far.
  std::size_t Operations() const { return operations_; }
  void SetFacts(net::TransportFacts facts) { facts_ = std::move(facts); }
  // What Closed() will give.
  void CloseAs(net::Closing closing) { closing_ = closing; }
  // The ending given to Close(); nothing before.
  const std::optional<net::Ending>& ClosedWith() const { return ending_; }

 private:
  // Counts an operation; not OK when it is to fail or this end is closed.
  absl::Status Begin();
  absl::Status WhyNotReadable() const;

  std::shared_ptr<MemoryPipe> incoming_;
  std::shared_ptr<MemoryPipe> outgoing_;
  std::optional<net::Ending> ending_;
  net::Closing closing_ = net::Closing::kClean;
  net::TransportFacts facts_{.peer = "memory", .tls_version = "", .tls_cipher = ""};
  std::size_t cut_ = SIZE_MAX;
  std::size_t operations_ = 0;
  std::size_t fail_from_ = SIZE_MAX;
  absl::Status failure_;
};

// Two ends that are joined.
struct MemoryStreamPair {
  std::unique_ptr<MemoryStream> near;
  std::unique_ptr<MemoryStream> far;

  // Each direction holds at most `capacity` bytes of Write().
  static MemoryStreamPair Make(const boost::asio::any_io_executor& executor,
                               std::size_t capacity = std::size_t{64} * 1024);
};

}  // namespace porthole::testing
