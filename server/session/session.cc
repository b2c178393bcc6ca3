#include "session/session.h"

#include "base/id.h"
#include "base/status.h"
#include "bridge/bridge.h"
#include "net/deadline.h"
#include "rfb/client_messages.h"
#include "rfb/host_dialogue.h"
#include "rfb/viewer_dialogue.h"
#include "session/claim.h"
#include "session/ends.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <optional>
#include <utility>
#include <variant>

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using net::Awaitable;
using Milliseconds = std::chrono::milliseconds;

double Seconds(std::chrono::steady_clock::duration span) {
  return std::chrono::duration<double>(span).count();
}

// One admitted session on its worker. Every step looks whether the end was decided meanwhile; the
// end closes both streams, and so every step walks out by its ordinary path.
class Session {
 public:
  Session(const Surroundings& around,
          net::ByteStream& viewer,
          admission::AdmittedGrant admitted,
          Entry entry,
          const asio::any_io_executor& loop)
      : around_(around),
        viewer_(viewer),
        admitted_(std::move(admitted)),
        entry_(std::move(entry)),
        started_(around.clock.Steady()),
        claim_(loop, around.admission, admitted_),
        messages_({.view_only = admitted_.policy.view_only,
                   .clipboard_to_console = admitted_.policy.clipboard.to_console}),
        max_duration_(around.timers, [this] { OnMaxDuration(); }),
        idle_(around.timers, [this] { OnIdleCheck(); }) {
    around_.metrics.In(telemetry::SessionState::kAdmitting).Increment();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { around_.metrics.In(Metric(entry_->CurrentState())).Decrement(); }

  Awaitable<void> Run();

  // The control plane, a takeover or the drain asked for the end.
  void OnEndRequested() {
    if (const std::optional<EndRequest> request = entry_->EndRequested()) {
      Finish({request->reason, request->sentence, "asked for"});
    }
  }

 private:
  static telemetry::SessionState Metric(State state) {
    return static_cast<telemetry::SessionState>(state);
  }

  Awaitable<void> Establish();
  Awaitable<bool> Claimed();
  Awaitable<bool> TakeOver();
  Awaitable<void> GreetViewer();
  Awaitable<void> ReachHost();
  Awaitable<void> GreetHost();
  Awaitable<void> Bridge();

  void Finish(End end);
  void MoveTo(State state);
  void OnMaxDuration();
  void OnIdleCheck();
  void LogOpened();
  void LogEnded(net::Closing closing);

  const Surroundings& around_;
  net::ByteStream& viewer_;
  const admission::AdmittedGrant admitted_;
  Entry entry_;
  const SteadyTime started_;
  PendingClaim claim_;
  rfb::ClientMessages messages_;
  net::Timer max_duration_;
  net::Timer idle_;
  std::unique_ptr<net::ByteStream> host_;
  rfb::HostGreeting greeting_;
  bool opened_ = false;
  std::optional<End> end_;
};

Awaitable<void> Session::Run() {
  max_duration_.Arm(admitted_.policy.max_duration);
  co_await Establish();
  if (!end_.has_value()) {
    co_await Bridge();
  }
  const net::Closing closing = co_await viewer_.Closed();
  LogEnded(closing);
}

// Everything before the first byte of picture. The viewer's handshake runs beside the host's: it
// needs nothing of it until ServerInit.
Awaitable<void> Session::Establish() {
  using asio::experimental::awaitable_operators::operator&&;
  co_await (GreetViewer() && ReachHost());
  const bool claimed = co_await Claimed();
  if (!claimed || end_.has_value()) {
    co_return;
  }
  const absl::Status sent = co_await rfb::SendServerInit(viewer_, greeting_);
  if (!sent.ok()) {
    Finish(ViewerEnd(sent));
  }
}

// Waits until the token is known to be this session's alone; ends the session when it is not.
Awaitable<bool> Session::Claimed() {
  const std::optional<Refusal> refused = co_await claim_.Done();
  if (refused.has_value()) {
    Finish(EndOf(*refused));
  }
  co_return !refused.has_value();
}

// Replaces those who have the console. Never on a token that somebody else used.
Awaitable<bool> Session::TakeOver() {
  const bool claimed = co_await Claimed();
  if (!claimed || end_.has_value()) {
    co_return false;
  }
  if (const std::optional<Refusal> busy = entry_.TakeOver()) {
    Finish(EndOf(*busy));
    co_return false;
  }
  co_return true;
}

Awaitable<void> Session::GreetViewer() {
  const SteadyTime begun = around_.clock.Steady();
  const net::Deadline deadline(around_.timers, around_.limits.viewer, [this] {
    Finish(TimeLimitEnd(EndReason::kViewerTimeout, "the viewer did not finish its handshake"));
  });
  const absl::StatusOr<bool> greeted = co_await rfb::GreetViewer(viewer_);
  if (!greeted.ok()) {
    Finish(ViewerEnd(greeted.status()));
    co_return;
  }
  around_.metrics.viewer_handshake_seconds.Observe(Seconds(around_.clock.Steady() - begun));
}

Awaitable<void> Session::ReachHost() {
  const admission::PolicyInForce& policy = admitted_.policy;
  if (policy.sharing == config::Sharing::kTakeover && policy.takeover_before_dial) {
    const bool taken = co_await TakeOver();
    if (!taken) {
      co_return;
    }
  }
  MoveTo(State::kDialling);
  absl::StatusOr<std::unique_ptr<net::ByteStream>> host =
      co_await around_.dialer.Dial(admitted_.grant.target);
  if (end_.has_value()) {
    if (host.ok()) {
      (*host)->Close({});
    }
    co_return;
  }
  if (!host.ok()) {
    Finish(DialEnd(host.status()));
    co_return;
  }
  host_ = *std::move(host);
  MoveTo(State::kHandshaking);
  co_await GreetHost();
}

Awaitable<void> Session::GreetHost() {
  const SteadyTime begun = around_.clock.Steady();
  const net::Deadline deadline(around_.timers, around_.limits.host, [this] {
    Finish(TimeLimitEnd(EndReason::kHostTimeout, "the host did not finish its handshake"));
  });
  const rfb::HostCredentials credentials{admitted_.grant.username, admitted_.grant.password};
  absl::StatusOr<rfb::HostGreeting> greeting = co_await rfb::GreetHost(*host_, credentials);
  if (!greeting.ok()) {
    Finish(HostHandshakeEnd(greeting.status()));
    co_return;
  }
  greeting_ = *std::move(greeting);
  around_.metrics.host_handshake_seconds.Observe(Seconds(around_.clock.Steady() - begun));
  around_.metrics.HostSecurity(greeting_.security_type).Increment();
  entry_->SetHost({.transport = host_->Facts(),
                   .protocol_version = greeting_.protocol_version,
                   .security_type = greeting_.security_type,
                   .desktop_name = greeting_.desktop_name,
                   .width = greeting_.width,
                   .height = greeting_.height});
  // Only now that this viewer will see the console may it take it from others.
  if (admitted_.policy.sharing == config::Sharing::kTakeover) {
    co_await TakeOver();
  }
}

Awaitable<void> Session::Bridge() {
  opened_ = true;
  MoveTo(State::kActive);
  around_.metrics.opened.Increment();
  around_.admissions.admitted.Increment();
  LogOpened();
  idle_.Arm(admitted_.policy.idle_timeout);
  Traffic& traffic = entry_->Moved();
  co_await bridge::RunBridge({.viewer = viewer_,
                              .host = *host_,
                              .messages = messages_,
                              .buffers = around_.buffers,
                              .session_traffic = traffic,
                              .worker_traffic = around_.worker_traffic,
                              .last_input_ms = traffic.last_input_ms,
                              .clock = around_.clock,
                              .on_end = [this](bridge::Side side, const absl::Status& status) {
                                Finish(side == bridge::Side::kHost ? HostEnd(status)
                                                                   : ViewerEnd(status));
                              }});
}

// Decides the end; the first decision counts. From here on no byte passes, and the console is free
// for others.
void Session::Finish(End end) {
  if (end_.has_value()) {
    return;
  }
  end_ = std::move(end);
  max_duration_.Disarm();
  idle_.Disarm();
  MoveTo(State::kEnding);
  entry_.LeaveConsole();
  if (host_ != nullptr) {
    host_->Close({});
  }
  viewer_.Close(EndingOf(*end_));
}

void Session::MoveTo(State state) {
  around_.metrics.Move(Metric(entry_->CurrentState()), Metric(state));
  entry_->SetState(state);
}

void Session::OnMaxDuration() {
  Finish(TimeLimitEnd(EndReason::kMaxDuration, "policy.max_duration passed"));
}

// The timer is not moved by every key: it looks when it goes off, and waits for the rest.
void Session::OnIdleCheck() {
  const auto now =
      std::chrono::time_point_cast<Milliseconds>(around_.clock.Wall()).time_since_epoch();
  const Milliseconds last(entry_->Moved().last_input_ms.load(std::memory_order_relaxed));
  const auto limit = std::chrono::duration_cast<Milliseconds>(admitted_.policy.idle_timeout);
  const Milliseconds idle = now - last;
  if (idle >= limit) {
    Finish(TimeLimitEnd(EndReason::kIdleTimeout, "no input for policy.idle_timeout"));
  } else {
    idle_.Arm(std::clamp(limit - idle, Milliseconds(1), limit));
  }
}

void Session::LogOpened() {
  const SessionNames& names = entry_->Names();
  const net::TransportFacts viewer = viewer_.Facts();
  around_.log.Log(telemetry::Level::kInfo, "session_opened",
                  {{"session", names.session_id},
                   {"console", names.console_id},
                   {"console_name", admitted_.grant.console_name},
                   {"subject", names.subject},
                   {"kid", names.key_id},
                   {"jti", names.token_id},
                   {"client", names.client_address.ToString()},
                   {"target", entry_->About().target},
                   {"tls", viewer.tls_version},
                   {"host_version", greeting_.protocol_version},
                   {"host_security", greeting_.security_type},
                   {"width", greeting_.width},
                   {"height", greeting_.height},
                   {"seconds", Seconds(around_.clock.Steady() - started_)}});
}

void Session::LogEnded(net::Closing closing) {
  const double seconds = Seconds(around_.clock.Steady() - started_);
  if (opened_) {
    around_.metrics.Ended(end_->reason).Increment();
    around_.metrics.duration_seconds.Observe(seconds);
  } else {
    around_.admissions.Refused(end_->reason).Increment();
  }
  const SessionNames& names = entry_->Names();
  const Traffic& traffic = entry_->Moved();
  const auto level = end_->reason == EndReason::kInternalError ? telemetry::Level::kError
                                                               : telemetry::Level::kInfo;
  around_.log.Log(level, opened_ ? "session_ended" : "session_failed",
                  {{"session", names.session_id},
                   {"console", names.console_id},
                   {"subject", names.subject},
                   {"kid", names.key_id},
                   {"jti", names.token_id},
                   {"client", names.client_address.ToString()},
                   {"target", entry_->About().target},
                   {"reason", Name(end_->reason)},
                   {"detail", end_->detail},
                   {"sentence", end_->sentence},
                   {"seconds", seconds},
                   {"bytes_to_viewer", traffic.bytes_to_viewer.load(std::memory_order_relaxed)},
                   {"bytes_to_host", traffic.bytes_to_host.load(std::memory_order_relaxed)},
                   {"viewer_reset", closing == net::Closing::kReset}});
}

// Refuses a viewer before it is a session: a close frame with the reason, a line and a count.
Awaitable<void> TurnAway(const Surroundings& around,
                         net::ByteStream& viewer,
                         const Request& request,
                         const Refusal& refusal) {
  around.admissions.Refused(refusal.reason).Increment();
  around.log.Log(telemetry::Level::kInfo, "session_refused",
                 {{"reason", Name(refusal.reason)},
                  {"detail", refusal.detail},
                  {"kid", refusal.key_id},
                  {"jti", refusal.token_id},
                  {"client", request.client.address.ToString()}});
  viewer.Close(EndingOf(EndOf(refusal)));
  co_await viewer.Closed();
}

Description Describe(const Surroundings& around,
                     const net::ByteStream& viewer,
                     const admission::AdmittedGrant& admitted,
                     const Request& request) {
  Description description;
  description.names = admission::NamesOf(admitted, NewUuid());
  description.console_name = admitted.grant.console_name;
  description.target = ToString(admitted.grant.target);
  description.user_agent = request.user_agent;
  description.viewer = viewer.Facts();
  description.policy = admitted.policy;
  description.started = around.clock.Wall();
  return description;
}

Refusal WithNames(Refusal refusal, const SessionNames& names) {
  refusal.key_id = names.key_id;
  refusal.token_id = names.token_id;
  return refusal;
}

}  // namespace

// Steps 1 to 6 of admission (design, section 5); the claim runs beside the dial. A session is in
// the registry before blocks are read again, and blocks are stored before the registry is walked:
// whoever is revoked in between is found by one or the other.
Awaitable<void> RunSession(const Surroundings& around,
                           std::unique_ptr<net::ByteStream> viewer,
                           Request request) {
  if (around.registry.Full()) {
    Refusal full = Refuse(EndReason::kTooMany, "the node's limit of sessions is reached");
    full.sentence = "This console server is full. Try again in a moment.";
    co_await TurnAway(around, *viewer, request, full);
    co_return;
  }
  Judged<admission::AdmittedGrant> judged = around.admission.Judge(request.token, request.client);
  request.token.clear();
  if (const auto* const refusal = std::get_if<Refusal>(&judged)) {
    co_await TurnAway(around, *viewer, request, *refusal);
    co_return;
  }
  auto& admitted = std::get<admission::AdmittedGrant>(judged);
  Description description = Describe(around, *viewer, admitted, request);
  const SessionNames names = description.names;
  const asio::any_io_executor loop = co_await asio::this_coro::executor;
  // Whoever asks for the end, on whatever thread, only posts; on the worker the cell says whether
  // the session is still there.
  const auto cell = std::make_shared<Session*>(nullptr);
  Judged<Entry> entered = around.registry.Enter(std::move(description), [loop, cell] {
    asio::post(loop, [cell] {
      if (*cell != nullptr) {
        (*cell)->OnEndRequested();
      }
    });
  });
  if (const auto* const refusal = std::get_if<Refusal>(&entered)) {
    co_await TurnAway(around, *viewer, request, WithNames(*refusal, names));
    co_return;
  }
  const std::optional<Refusal> blocked = around.admission.Recheck(names);
  if (blocked.has_value()) {
    std::get<Entry>(entered).LeaveConsole();
    co_await TurnAway(around, *viewer, request, WithNames(*blocked, names));
    co_return;
  }
  Session session(around, *viewer, std::move(admitted), std::get<Entry>(std::move(entered)), loop);
  *cell = &session;
  session.OnEndRequested();
  co_await session.Run();
  *cell = nullptr;
}

}  // namespace porthole::session
