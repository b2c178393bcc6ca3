#include "session/live_session.h"

#include "base/status.h"
#include "net/deadline.h"
#include "rfb/viewer_dialogue.h"
#include "session/lines.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>

#include <exception>
#include <utility>

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using net::Awaitable;
using Milliseconds = std::chrono::milliseconds;

telemetry::SessionState Metric(State state) {
  return static_cast<telemetry::SessionState>(state);
}

// Where no RFB is spoken there is no clipboard to keep from the viewer.
bool FollowsHost(const admission::AdmittedGrant& admitted) {
  return !admitted.policy.clipboard.from_console && !RawPolicyOf(admitted).has_value();
}

End Asked(EndRequest request) {
  return {request.reason, std::move(request.sentence), "asked for"};
}

}  // namespace

std::optional<bridge::RawPolicy> RawPolicyOf(const admission::AdmittedGrant& admitted) {
  if (admitted.grant.target.scheme != TargetScheme::kRawTcp) {
    return std::nullopt;
  }
  return bridge::RawPolicy{.view_only = admitted.policy.view_only};
}

LiveSession::LiveSession(const Surroundings& around,
                         net::ByteStream& viewer,
                         Admitted admitted,
                         Doorbell& bell,
                         const net::Executor& loop)
    : around_(around),
      viewer_(viewer),
      bell_(bell),
      loop_(loop),
      admitted_(std::make_unique<admission::AdmittedGrant>(std::move(admitted.grant))),
      policy_(admitted_->policy),
      entry_(std::move(admitted.entry)),
      started_(around.clock.Steady()),
      changed_(loop, net::SteadyTimer::time_point::max()),
      raw_(RawPolicyOf(*admitted_)),
      messages_(RestrictionsOf(policy_),
                FollowsHost(*admitted_) ? rfb::FollowHost::kYes : rfb::FollowHost::kNo),
      follows_host_(FollowsHost(*admitted_)),
      max_duration_(
          around.timers,
          [this] { Finish(TimeLimitEnd(EndReason::kMaxDuration, "policy.max_duration passed")); }),
      idle_(around.timers, [this] { OnIdleCheck(); }),
      half_message_(around.timers,
                    [this] {
                      Finish(TimeLimitEnd(EndReason::kProtocolError,
                                          "a restriction waited for the end of a message"));
                    }),
      host_turns_(loop) {
  bell_.AnswerWith([this] { OnBell(); });
  around_.metrics.In(telemetry::SessionState::kAdmitting).Increment();
}

LiveSession::~LiveSession() {
  around_.metrics.In(Metric(entry_->CurrentState())).Decrement();
  bell_.AnswerWith(nullptr);
}

Awaitable<void> LiveSession::Run() {
  max_duration_.Arm(policy_.max_duration);
  if (policy_.view_only || policy_.clipboard != config::Clipboard{}) {
    SendNotice();
  }
  try {
    co_await Serve();
  } catch (...) {
    OnBug(std::current_exception());
  }
  while (sending_owed_) {
    co_await Changed();
  }
  const net::Closing closing = co_await viewer_.Closed();
  Settle(closing);
}

Awaitable<void> LiveSession::Serve() {
  OnBell();  // what rang before the bell was answered
  if (Ended()) {
    co_return;
  }
  claim_ = std::make_unique<PendingClaim>(around_.admission, *admitted_, bell_.Ringer());
  serving_host_ = true;
  asio::co_spawn(loop_, ServeHost(), [this](const std::exception_ptr& bug) {
    serving_host_ = false;
    OnBug(bug);
    Announce();
  });
  try {
    co_await ServeViewer();
  } catch (...) {
    OnBug(std::current_exception());
  }
  while (serving_host_) {
    co_await Changed();
  }
}

// An exception is a bug, or no memory: it ends this session as every other cause does.
void LiveSession::OnBug(const std::exception_ptr& bug) {
  if (bug == nullptr) {
    return;
  }
  End end{EndReason::kInternalError, std::string(Sentence(EndReason::kInternalError)), {}};
  try {
    std::rethrow_exception(bug);
  } catch (const std::exception& error) {
    end.detail = error.what();
  } catch (...) {
    end.detail = "an exception of an unknown type";
  }
  Finish(std::move(end));
}

Awaitable<void> LiveSession::ServeViewer() {
  if (!raw_.has_value()) {
    co_await GreetViewer();
  }
  if (Ended()) {
    co_return;
  }
  viewer_greeted_ = true;
  Announce();
  // It has nothing to say before ServerInit, but one that leaves meanwhile is noticed.
  const absl::Status waited = co_await viewer_.WaitReadable();
  if (!waited.ok()) {
    Finish(ViewerEnd(waited));
    co_return;
  }
  while (!opened_ && !Ended()) {
    co_await Changed();
  }
  if (!Ended()) {
    co_await bridge::MoveToHost(*parts_);
  }
}

Awaitable<void> LiveSession::GreetViewer() {
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

// Both handshakes meet: the viewer learns what the host said, and bytes may pass.
Awaitable<void> LiveSession::Join() {
  while (!viewer_greeted_ && !Ended()) {
    co_await Changed();
  }
  co_await Claimed();
  if (Ended()) {
    co_return;
  }
  if (!raw_.has_value()) {
    co_await SendServerInit();
  }
  if (!Ended()) {
    Open();
  }
}

Awaitable<void> LiveSession::SendServerInit() {
  const net::Deadline deadline(around_.timers, around_.limits.viewer, [this] {
    Finish(TimeLimitEnd(EndReason::kViewerTimeout, "the viewer did not take ServerInit"));
  });
  const absl::Status sent = co_await rfb::SendServerInit(viewer_, greeting_);
  if (!sent.ok()) {
    Finish(ViewerEnd(sent));
  }
}

// Waits until the token is known to be this session's alone; Ended() when it is not.
Awaitable<void> LiveSession::Claimed() {
  const net::Deadline deadline(around_.timers, around_.limits.claim, [this] {
    Finish({EndReason::kInternalError, std::string(Sentence(EndReason::kInternalError)),
            "the store did not answer the token's claim in time"});
  });
  while (!Ended() && !claim_->Answered()) {
    co_await Changed();
  }
}

void LiveSession::Open() {
  if (!FollowHost()) {
    return;
  }
  opened_ = true;
  // What is of no use any more would stay for the session's life.
  std::string().swap(greeting_.desktop_name);
  admitted_.reset();
  claim_.reset();
  MoveTo(State::kActive);
  around_.metrics.opened.Increment();
  around_.admissions.admitted.Increment();
  LogOpened({around_.log, around_.audit}, *entry_, greeting_, around_.clock.Steady() - started_);
  last_input_ = around_.clock.Steady();
  idle_.Arm(policy_.idle_timeout);
  Traffic& traffic = entry_->Moved();
  parts_ = std::make_unique<bridge::Parts>(
      bridge::Parts{.viewer = viewer_,
                    .host = *host_,
                    .host_turns = host_turns_,
                    .messages = messages_,
                    .from_host = from_host_.has_value() ? &*from_host_ : nullptr,
                    .raw = raw_.has_value() ? &*raw_ : nullptr,
                    .buffers = around_.buffers,
                    .session_traffic = traffic,
                    .worker_traffic = around_.worker_traffic,
                    .last_input_ms = traffic.last_input_ms,
                    .last_input = last_input_,
                    .clock = around_.clock,
                    .on_end =
                        [this](bridge::Side side, const absl::Status& status) {
                          Finish(side == bridge::Side::kHost ? HostEnd(status) : ViewerEnd(status));
                        },
                    .on_in_force = [this] { OnInForce(); }});
  if (raw_.has_value()) {
    SendNotice();  // nothing else tells the page that somebody listens to its keys
  }
  Announce();
}

// Where the policy keeps the console's clipboard from the viewer, the host's messages are followed
// from the first on.
bool LiveSession::FollowHost() {
  if (!follows_host_) {
    return true;
  }
  const std::optional<rfb::PixelSizes> sizes = rfb::SizesOf(greeting_.pixel_format);
  if (!sizes.has_value()) {
    Finish(HostEnd(Error(absl::StatusCode::kInvalidArgument,
                         "ServerInit has a pixel format that RFB does not know")));
    return false;
  }
  messages_.SetPixelSizes(*sizes);
  from_host_.emplace(RestrictionsOf(policy_), *sizes);
  return true;
}

// Whether the end is decided. Looks at the mark that others leave and at the store's answer, so
// that no step is taken between them and the bell.
bool LiveSession::Ended() {
  if (end_.has_value()) {
    return true;
  }
  if (std::optional<EndRequest> request = entry_->EndRequested()) {
    Finish(Asked(*std::move(request)));
  } else if (claim_ != nullptr) {
    if (const std::optional<Refusal> refused = claim_->Refused()) {
      Finish(EndOf(*refused));
    }
  }
  return end_.has_value();
}

// Decides the end; the first decision counts. From here on no byte passes, and the console is free
// for others.
void LiveSession::Finish(End end) {
  if (end_.has_value()) {
    return;
  }
  if (std::optional<EndRequest> earlier = entry_->DecideEnd({end.reason, end.sentence})) {
    end = Asked(*std::move(earlier));
  }
  end_ = std::move(end);
  max_duration_.Disarm();
  idle_.Disarm();
  DropPolicyOrders();
  MoveTo(State::kEnding);
  stop_dial_.emit(asio::cancellation_type::terminal);
  if (host_ != nullptr) {
    host_->Close({});
  }
  viewer_.Close(EndingOf(*end_));
  entry_.LeaveConsole();
  Announce();
}

void LiveSession::MoveTo(State state) {
  around_.metrics.Move(Metric(entry_->CurrentState()), Metric(state));
  entry_->SetState(state);
}

// The timer is not moved by every key: it looks when it goes off, and waits for the rest. Steady
// time: a step of the wall clock is nobody's idleness.
void LiveSession::OnIdleCheck() {
  const SteadyTime::duration limit = policy_.idle_timeout;
  const SteadyTime::duration idle = around_.clock.Steady() - last_input_;
  if (idle >= limit) {
    Finish(TimeLimitEnd(EndReason::kIdleTimeout, "no input for policy.idle_timeout"));
  } else {
    idle_.Arm(std::chrono::ceil<Milliseconds>(limit - idle));
  }
}

// Every session is counted once and has its line, whatever became of it.
void LiveSession::Settle(net::Closing closing) {
  const SteadyTime::duration lasted = around_.clock.Steady() - started_;
  const End end = end_.value_or(End());
  entry_->SetEndTime(around_.clock.Wall());
  if (opened_) {
    around_.metrics.Ended(end.reason).Increment();
    around_.metrics.duration_seconds.Observe(Seconds(lasted));
  } else {
    around_.admissions.Refused(end.reason).Increment();
  }
  LogEnded({around_.log, around_.audit}, *entry_,
           {.opened = opened_, .end = end, .closing = closing, .lasted = lasted});
}

Awaitable<void> LiveSession::Changed() {
  co_await changed_.async_wait(asio::as_tuple(asio::deferred));
}

}  // namespace porthole::session
