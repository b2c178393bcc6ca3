#include "bridge/bridge.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

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

// What of `arrived` is for the viewer; `room` has rfb::HostMessages::kHeadroom bytes before it.
absl::StatusOr<std::span<const std::uint8_t>> ForViewer(const Parts& parts,
                                                        std::span<std::uint8_t> room) {
  if (parts.from_host == nullptr) {
    return room.subspan(rfb::HostMessages::kHeadroom);
  }
  return parts.from_host->Feed(room);
}

// How large a buffer a flow gets. A viewer that takes a whole one at once is worth a larger one:
// fewer wake-ups of all three sides. A slower one would only hold it.
class Appetite {
 public:
  BufferPool::Size Wish() const { return wish_; }

  // That so many bytes were there at once, and how long the viewer took for them.
  void Note(std::size_t count, SteadyTime::duration took) {
    const bool hungry = count >= kUsualRoom && took < kFast;
    wish_ = hungry ? BufferPool::Size::kLarge : BufferPool::Size::kUsual;
  }

 private:
  static constexpr std::chrono::milliseconds kFast{50};
  static constexpr std::size_t kUsualRoom = BufferPool::kBufferBytes - rfb::HostMessages::kHeadroom;

  BufferPool::Size wish_ = BufferPool::Size::kUsual;
};

Awaitable<End> PumpToViewer(const Parts& parts) {
  Appetite appetite;
  for (;;) {
    absl::Status waited = co_await parts.host.WaitReadable();
    if (!waited.ok()) {
      co_return End{Side::kHost, std::move(waited)};
    }
    BufferPool::Loan loan(parts.buffers, appetite.Wish());
    const std::span<std::uint8_t> room = loan.Bytes().subspan(rfb::HostMessages::kHeadroom);
    const absl::StatusOr<std::size_t> count = co_await parts.host.ReadSome(room);
    if (!count.ok()) {
      co_return End{Side::kHost, count.status()};
    }
    const SteadyTime begun = parts.clock.Steady();
    const auto passed = ForViewer(parts, loan.Bytes().first(rfb::HostMessages::kHeadroom + *count));
    if (!passed.ok()) {
      co_return End{Side::kHost, passed.status()};
    }
    if (passed->empty()) {
      continue;  // held or dropped: an empty message says nothing
    }
    absl::Status written = co_await parts.viewer.Write(*passed);
    if (!written.ok()) {
      co_return End{Side::kViewer, std::move(written)};
    }
    appetite.Note(*count, parts.clock.Steady() - begun);
    Count(parts, passed->size(), &TrafficCounters::bytes_to_viewer);
    Count(parts, 1, &TrafficCounters::messages_to_viewer);
  }
}

void NoteInput(const Parts& parts) {
  parts.last_input = parts.clock.Steady();
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(parts.clock.Wall());
  parts.last_input_ms.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

// Before the host hears of them, and so before the first rectangle that has them.
void NotePixelSizes(const Parts& parts) {
  if (parts.from_host == nullptr) {
    return;
  }
  if (const std::optional<rfb::PixelSizes> sizes = parts.messages.TakePixelSizes()) {
    parts.from_host->SetPixelSizes(*sizes);
  }
}

// What of `arrived` is for the host.
absl::StatusOr<std::span<const std::uint8_t>> ForHost(const Parts& parts,
                                                      std::span<const std::uint8_t> arrived) {
  if (parts.raw != nullptr) {
    NoteInput(parts);
    return parts.raw->view_only ? arrived.first(0) : arrived;
  }
  const bool waits = !parts.messages.InForce();
  auto passed = parts.messages.Feed(arrived);
  if (parts.messages.TookInput()) {
    NoteInput(parts);
  }
  if (passed.ok()) {
    NotePixelSizes(parts);
    if (waits && parts.messages.InForce()) {
      parts.on_in_force();
    }
  }
  return passed;
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
    const auto passed = ForHost(parts, loan.Bytes().first(*count));
    if (!passed.ok()) {
      co_return End{Side::kViewer, passed.status()};
    }
    if (!passed->empty()) {
      while (parts.host_turns.Taken()) {
        co_await parts.host_turns.Freed();
      }
      const HostTurns::Turn turn(parts.host_turns);
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

Awaitable<void> SendOwed(const Parts& parts) {
  while (parts.host_turns.Taken()) {
    co_await parts.host_turns.Freed();
  }
  // Whoever came between has sent it already, before what it had itself.
  const std::vector<std::uint8_t> owed = parts.messages.TakeOwed();
  if (owed.empty()) {
    co_return;
  }
  const HostTurns::Turn turn(parts.host_turns);
  const absl::Status written = co_await parts.host.Write(owed);
  if (written.ok()) {
    Count(parts, owed.size(), &TrafficCounters::bytes_to_host);
  }
}

}  // namespace porthole::bridge
