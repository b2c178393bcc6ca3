#include "session/live_session.h"

#include "base/status.h"
#include "base/utf8.h"
#include "net/deadline.h"
#include "rfb/host_dialogue.h"
#include "rfb/viewer_dialogue.h"
#include "session/lines.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using net::Awaitable;
using Milliseconds = std::chrono::milliseconds;

constexpr std::size_t kMaxDesktopNameBytes = 256;

double Seconds(SteadyTime::duration span) {
  return std::chrono::duration<double>(span).count();
}

telemetry::SessionState Metric(State state) {
  return static_cast<telemetry::SessionState>(state);
}

// The beginning of `text`, cut at a character border.
std::string Cut(std::string_view text, std::size_t most) {
  std::size_t size = 0;
  while (size < text.size()) {
    const std::size_t next =
        size + std::max<std::size_t>(1, Utf8CharacterLength(text.substr(size)));
    if (next > most) {
      break;
    }
    size = next;
  }
  return std::string(text.substr(0, size));
}

End Asked(EndRequest request) {
  return {request.reason, std::move(request.sentence), "asked for"};
}

}  // namespace

LiveSession::LiveSession(const Surroundings& around,
                         net::ByteStream& viewer,
                         Admitted admitted,
                         Doorbell& bell,
                         const asio::any_io_executor& loop)
    : around_(around),
      viewer_(viewer),
      bell_(bell),
      loop_(loop),
      grant_(std::move(admitted.grant)),
      entry_(std::move(admitted.entry)),
      started_(around.clock.Steady()),
      changed_(loop, asio::steady_timer::time_point::max()),
      messages_(
          RestrictionsOf(grant_.policy),
          grant_.policy.clipboard.from_console ? rfb::FollowHost::kNo : rfb::FollowHost::kYes),
      follows_host_(!grant_.policy.clipboard.from_console),
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
  max_duration_.Arm(grant_.policy.max_duration);
  if (grant_.policy.view_only || grant_.policy.clipboard != config::Clipboard{}) {
    SendNotice();
  }
  co_await Guarded(Serve());
  while (sending_owed_) {
    co_await Changed();
  }
  const net::Closing closing = co_await viewer_.Closed();
  Settle(closing);
}

Awaitable<void> LiveSession::Serve() {
  using asio::experimental::awaitable_operators::operator&&;
  OnBell();  // what rang before the bell was answered
  if (Ended()) {
    co_return;
  }
  claim_ = std::make_unique<PendingClaim>(around_.admission, grant_, bell_.Ringer());
  co_await (Guarded(ServeViewer()) && Guarded(ServeHost()));
}

// An exception here is a bug, or no memory: it ends this session as every other cause does.
Awaitable<void> LiveSession::Guarded(Awaitable story) {
  try {
    co_await std::move(story);
  } catch (const std::exception& bug) {
    Finish(
        {EndReason::kInternalError, std::string(Sentence(EndReason::kInternalError)), bug.what()});
  }
}

Awaitable<void> LiveSession::ServeViewer() {
  co_await GreetViewer();
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

Awaitable<void> LiveSession::ServeHost() {
  const bool takes_over = grant_.policy.sharing == config::Sharing::kTakeover;
  const bool before_dial = grant_.policy.takeover_before_dial;
  if (takes_over && before_dial) {
    co_await TakeOver();
  }
  co_await DialHost();
  co_await GreetHost();
  // Only now that this viewer will see the console may it take it from others.
  if (takes_over && !before_dial) {
    co_await TakeOver();
  }
  co_await Join();
  if (opened_) {
    co_await bridge::MoveToViewer(*parts_);
  }
}

// Replaces those who have the console. Never on a token that somebody else used.
Awaitable<void> LiveSession::TakeOver() {
  co_await Claimed();
  if (Ended()) {
    co_return;
  }
  Judged<std::vector<std::shared_ptr<Record>>> judged = entry_.TakeOver();
  if (const auto* const busy = std::get_if<Refusal>(&judged)) {
    Finish(EndOf(*busy));
    co_return;
  }
  if (grant_.policy.takeover_before_dial) {
    co_await Vacated(std::get<std::vector<std::shared_ptr<Record>>>(std::move(judged)));
  }
}

// Waits until the host's one connection is free; not for ever.
Awaitable<void> LiveSession::Vacated(std::vector<std::shared_ptr<Record>> predecessors) {
  const net::Deadline deadline(around_.timers, around_.limits.vacate, [this] { Announce(); });
  for (const std::shared_ptr<Record>& predecessor : predecessors) {
    predecessor->OnLeftConsole(bell_.Ringer());
  }
  const auto left = [](const std::shared_ptr<Record>& record) { return record->HasLeftConsole(); };
  while (!Ended() && !deadline.Passed() && !std::ranges::all_of(predecessors, left)) {
    co_await Changed();
  }
}

// Asio's cancellation stops the dial where the session ends meanwhile: a host that does not answer
// would hold everything for the rest of its time.
Awaitable<void> LiveSession::DialHost() {
  if (Ended()) {
    co_return;
  }
  MoveTo(State::kDialling);
  auto [thrown, host] = co_await asio::co_spawn(
      loop_, around_.dialer.Dial(grant_.grant.target),
      asio::bind_cancellation_slot(stop_dial_.slot(), asio::as_tuple(asio::use_awaitable)));
  if (Ended()) {
    co_return;
  }
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  if (!host.ok()) {
    Finish(DialEnd(host.status()));
    co_return;
  }
  host_ = *std::move(host);
  MoveTo(State::kHandshaking);
}

Awaitable<void> LiveSession::GreetHost() {
  if (Ended()) {
    co_return;
  }
  const SteadyTime begun = around_.clock.Steady();
  const net::Deadline deadline(around_.timers, around_.limits.host, [this] {
    Finish(TimeLimitEnd(EndReason::kHostTimeout, "the host did not finish its handshake"));
  });
  // Wiped when the handshake is over.
  const rfb::HostCredentials credentials{std::move(grant_.grant.username),
                                         std::move(grant_.grant.password)};
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
                   .desktop_name = Cut(greeting_.desktop_name, kMaxDesktopNameBytes),
                   .width = greeting_.width,
                   .height = greeting_.height});
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
  const net::Deadline deadline(around_.timers, around_.limits.viewer, [this] {
    Finish(TimeLimitEnd(EndReason::kViewerTimeout, "the viewer did not take ServerInit"));
  });
  const absl::Status sent = co_await rfb::SendServerInit(viewer_, greeting_);
  if (!sent.ok()) {
    Finish(ViewerEnd(sent));
  }
  if (!Ended()) {
    Open();
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
  std::string().swap(greeting_.desktop_name);  // a long one would stay for the session's life
  MoveTo(State::kActive);
  around_.metrics.opened.Increment();
  around_.admissions.admitted.Increment();
  LogOpened({around_.log, around_.audit}, *entry_, greeting_, around_.clock.Steady() - started_);
  last_input_ = around_.clock.Steady();
  idle_.Arm(grant_.policy.idle_timeout);
  Traffic& traffic = entry_->Moved();
  parts_ = std::make_unique<bridge::Parts>(
      bridge::Parts{.viewer = viewer_,
                    .host = *host_,
                    .host_turns = host_turns_,
                    .messages = messages_,
                    .from_host = from_host_.has_value() ? &*from_host_ : nullptr,
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
  from_host_.emplace(RestrictionsOf(grant_.policy), *sizes);
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
  const SteadyTime::duration limit = grant_.policy.idle_timeout;
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
  co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace porthole::session
