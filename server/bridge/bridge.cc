#include "bridge/bridge.h"

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace porthole::bridge {
namespace {

using net::Awaitable;

// One direction's end: which side caused it, and how.
struct End {
  Side side = Side::kViewer;
  absl::Status status;
};

void Count(const Parts& parts,
           std::size_t bytes,
           std::atomic<std::uint64_t> TrafficCounters::* which) {
  TrafficCounters::Add(parts.session_traffic.*which, bytes);
  TrafficCounters::Add(parts.worker_traffic.*which, bytes);
}

Awaitable<End> PumpToViewer(const Parts& parts) {
  for (;;) {
    absl::Status waited = co_await parts.host.WaitReadable();
    if (!waited.ok()) {
      co_return End{Side::kHost, std::move(waited)};
    }
    BufferPool::Loan loan(parts.buffers);
    const absl::StatusOr<std::size_t> count = co_await parts.host.ReadSome(loan.Bytes());
    if (!count.ok()) {
      co_return End{Side::kHost, count.status()};
    }
    absl::Status written = co_await parts.viewer.Write(loan.Bytes().first(*count));
    if (!written.ok()) {
      co_return End{Side::kViewer, std::move(written)};
    }
    Count(parts, *count, &TrafficCounters::bytes_to_viewer);
    Count(parts, 1, &TrafficCounters::messages_to_viewer);
  }
}

void NoteInput(const Parts& parts) {
  if (parts.messages.TookInput()) {
    parts.last_input = parts.clock.Steady();
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(parts.clock.Wall());
    parts.last_input_ms.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
}

Awaitable<End> PumpToHost(const Parts& parts) {
  for (;;) {
    absl::Status waited = co_await parts.viewer.WaitReadable();
    if (!waited.ok()) {
      co_return End{Side::kViewer, std::move(waited)};
    }
    BufferPool::Loan loan(parts.buffers);
    const absl::StatusOr<std::size_t> count = co_await parts.viewer.ReadSome(loan.Bytes());
    if (!count.ok()) {
      co_return End{Side::kViewer, count.status()};
    }
    const std::uint64_t messages_before = parts.messages.Messages();
    const auto passed = parts.messages.Feed(loan.Bytes().first(*count));
    NoteInput(parts);
    if (!passed.ok()) {
      co_return End{Side::kViewer, passed.status()};
    }
    if (!passed->empty()) {
      absl::Status written = co_await parts.host.Write(*passed);
      if (!written.ok()) {
        co_return End{Side::kHost, std::move(written)};
      }
    }
    Count(parts, passed->size(), &TrafficCounters::bytes_to_host);
    Count(parts, parts.messages.Messages() - messages_before, &TrafficCounters::messages_to_host);
  }
}

}  // namespace

Awaitable<void> MoveToViewer(const Parts& parts) {
  const End end = co_await PumpToViewer(parts);
  parts.on_end(end.side, end.status);
}

Awaitable<void> MoveToHost(const Parts& parts) {
  const End end = co_await PumpToHost(parts);
  parts.on_end(end.side, end.status);
}

}  // namespace porthole::bridge
