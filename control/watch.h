#pragma once

#include "control/call.h"
#include "control/event_bytes.h"
#include "control/session_filter.h"
#include "control/surroundings.h"
#include "session/registry.h"

#include <absl/status/status.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace porthole::control {

class WatchFeed;

// One WatchSessions call: first what is live, then each event, one message at a time. It holds at
// most a chunk of messages and a place in the registry's ring; once the ring has gone past that
// place the watch is told to start again. Owns itself, as gRPC's reactors must, from Begin() on.
class Watch final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  // Where a watch begins: after `revision`, or with what is live.
  struct Start {
    SessionFilter filter;
    std::optional<std::uint64_t> after;
  };
  // What all watches work with; outlives them.
  struct Books {
    const CallBooks& calls;
    session::SessionRegistry& sessions;
    EventBytes& bytes;
    WatchFeed& feed;
    const WatchLimits& limits;
  };
  using Time = std::chrono::steady_clock::time_point;

  Watch(const Books& books, grpc::CallbackServerContext& context, Start start);

  // Joins the feed and sends the first message.
  void Begin();

  // Something may have happened: for the feed, whose lock keeps this watch from going meanwhile.
  void Poke(Time now);
  // Sends what it has not sent yet, and then ends the stream with `status`.
  void End(const absl::Status& status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  // All of these need the lock, and no write in flight.
  void GoOn();
  bool Refill();
  void RefillLive();
  bool RefillEvents();
  bool IsOld(const session::Event& event);
  void Send(const grpc::ByteBuffer& message);
  void FinishNow(const absl::Status& status);

  void CheckBehind(Time now);

  const Books& books_;
  grpc::CallbackServerContext& context_;
  const SessionFilter filter_;
  const SteadyTime started_;
  std::mutex mutex_;  // guards all below
  bool writing_ = false;
  bool finished_ = false;
  std::optional<absl::Status> ending_;  // once all is sent, or the write in flight is done
  bool drop_queue_ = false;             // ending_ does not wait for what is left
  std::optional<Time> cancel_at_;       // behind, with a write in flight
  Time last_sent_ = std::chrono::steady_clock::now();
  grpc::ByteBuffer message_;  // in flight
  std::deque<grpc::ByteBuffer> queue_;
  bool listing_ = false;
  std::uint64_t listed_ = 0;    // sequence of the last session of the list
  std::uint64_t revision_ = 0;  // of the last event that is in queue_ or was sent or passed over
  // The sessions that changed while they were listed, by sequence: what was sent of them is newer
  // than these revisions.
  std::unordered_map<std::uint64_t, std::uint64_t> newer_;
  absl::StatusCode code_ = absl::StatusCode::kOk;
};

}  // namespace porthole::control
