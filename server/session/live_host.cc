#include "base/utf8.h"
#include "net/deadline.h"
#include "rfb/failed_type.h"
#include "rfb/host_dialogue.h"
#include "session/lines.h"
#include "session/live_session.h"
#include "session/session_tls.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The host's side of a session: the console is taken over where that is due, the host dialled, its
// handshake done.

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using net::Awaitable;

constexpr std::size_t kMaxDesktopNameBytes = 256;

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

// Whom the host's certificate must name: what the token says, else what it says to dial.
std::string ServerName(const token::Grant& grant) {
  return grant.tls.server_name.empty() ? grant.target.host : grant.tls.server_name;
}

static_assert(static_cast<int>(token::TlsMode::kRequire) ==
              static_cast<int>(rfb::TlsDemand::kRequire));

rfb::HostSecurityRules RulesFor(const token::Grant& grant, const net::HostSettings& hosts) {
  return {.enabled = hosts.SecurityFor(grant.target),
          .tls = static_cast<rfb::TlsDemand>(grant.tls.mode),
          .host_key_sha256 = grant.tls.host_key_sha256,
          .in_verified_tls = grant.target.scheme == TargetScheme::kWss};
}

// Takes the tunnel's secrets out of the grant: they are wiped when the dial is over.
net::Route RouteOf(token::Grant& grant) {
  return {.target = grant.target,
          .tunnel = std::exchange(grant.tunnel, std::nullopt),
          .server_name = grant.tls.server_name};
}

}  // namespace

Awaitable<void> LiveSession::ServeHost() {
  const bool takes_over = policy_.sharing == config::Sharing::kTakeover;
  const bool before_dial = policy_.takeover_before_dial;
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
  if (policy_.takeover_before_dial) {
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
      loop_, around_.dialer.Dial(RouteOf(admitted_->grant)),
      asio::bind_cancellation_slot(stop_dial_.slot(),
                                   asio::as_tuple(asio::use_awaitable_t<net::Executor>())));
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
  if (raw_.has_value()) {
    SkipHostHandshake();
    co_return;
  }
  const SteadyTime begun = around_.clock.Steady();
  const net::Deadline deadline(around_.timers, around_.limits.host, [this] {
    Finish(TimeLimitEnd(EndReason::kHostTimeout, "the host did not finish its handshake"));
  });
  // Wiped when the handshake is over.
  SessionTls tls(around_.hosts.Tls(), ServerName(admitted_->grant), around_.connections);
  const rfb::HostAccess access{
      .credentials = {std::move(admitted_->grant.username), std::move(admitted_->grant.password)},
      .rules = RulesFor(admitted_->grant, around_.hosts),
      .tls = tls};
  absl::StatusOr<rfb::HostGreeting> greeting = co_await rfb::GreetHost(host_, access);
  if (!greeting.ok()) {
    // Where the session ended for another reason meanwhile, its host failed at nothing.
    if (!Ended() || (end_.has_value() && end_->reason == EndReason::kHostTimeout)) {
      const std::string type = rfb::FailedTypeOf(greeting.status());
      around_.metrics.HostHandshakeFailures(type).Increment();
    }
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

// A console that speaks no RFB says nothing of itself.
void LiveSession::SkipHostHandshake() {
  greeting_.protocol_version = "raw";
  entry_->SetHost({.transport = host_->Facts(),
                   .protocol_version = greeting_.protocol_version,
                   .security_type = "",
                   .desktop_name = "",
                   .width = 0,
                   .height = 0});
}

}  // namespace porthole::session
