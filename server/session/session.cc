#include "session/session.h"

#include "base/id.h"
#include "session/doorbell.h"
#include "session/ends.h"
#include "session/lines.h"
#include "session/live_session.h"

#include <boost/asio/this_coro.hpp>

#include <exception>
#include <functional>
#include <utility>
#include <variant>

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using net::Awaitable;

Description Describe(const Surroundings& around,
                     const net::ByteStream& viewer,
                     const admission::AdmittedGrant& admitted,
                     const Request& request) {
  Description description;
  description.names = admission::NamesOf(admitted, NewUuid());
  description.console_name = admitted.grant.console_name;
  description.target = Shown(admitted.grant.target);
  description.user_agent = request.user_agent;
  description.reads_text = request.reads_text;
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

// Steps 1 to 6 of admission (design, section 5). A session is in the registry before blocks are
// read again, and blocks are stored before the registry is walked: whoever is revoked in between is
// found by one or the other.
Judged<Admitted> Admit(const Surroundings& around,
                       const net::ByteStream& viewer,
                       const Request& request,
                       std::function<void()> wake) {
  if (around.registry.Full()) {
    Refusal full = Refuse(EndReason::kTooMany, "the node's limit of sessions is reached");
    full.sentence = "This console server is full. Try again in a moment.";
    return full;
  }
  Judged<admission::AdmittedGrant> judged = around.admission.Judge(request.token, request.client);
  if (auto* const refusal = std::get_if<Refusal>(&judged)) {
    return std::move(*refusal);
  }
  auto& grant = std::get<admission::AdmittedGrant>(judged);
  Description description = Describe(around, viewer, grant, request);
  const SessionNames names = description.names;
  Judged<Entry> entered = around.registry.Enter(std::move(description), std::move(wake));
  if (auto* const refusal = std::get_if<Refusal>(&entered)) {
    return WithNames(std::move(*refusal), names);
  }
  if (std::optional<Refusal> blocked = around.admission.Recheck(names)) {
    const Entry& entry = std::get<Entry>(entered);
    entry->DecideEnd({blocked->reason, blocked->sentence});
    entry->SetEndTime(around.clock.Wall());
    return WithNames(*std::move(blocked), names);
  }
  return Admitted{std::move(grant), std::get<Entry>(std::move(entered))};
}

// An exception is a bug, or no memory; this viewer, too, is told and counted.
Judged<Admitted> AdmitOrFail(const Surroundings& around,
                             const net::ByteStream& viewer,
                             const Request& request,
                             std::function<void()> wake) {
  try {
    return Admit(around, viewer, request, std::move(wake));
  } catch (const std::exception& bug) {
    return Refuse(EndReason::kInternalError, bug.what());
  }
}

// A session, or why there is none.
struct Begun {
  std::unique_ptr<LiveSession> session;
  std::unique_ptr<Refusal> refusal;
};

// Apart from the coroutine, whose frame would keep what is in between for the session's life.
[[gnu::noinline]] Begun Begin(const Surroundings& around,
                              net::ByteStream& viewer,
                              const Request& request,
                              Doorbell& bell,
                              const net::Executor& loop) {
  Judged<Admitted> judged = AdmitOrFail(around, viewer, request, bell.Ringer());
  Begun begun;
  if (auto* const refusal = std::get_if<Refusal>(&judged)) {
    begun.refusal = std::make_unique<Refusal>(std::move(*refusal));
  } else {
    begun.session = std::make_unique<LiveSession>(
        around, viewer, std::get<Admitted>(std::move(judged)), bell, loop);
  }
  return begun;
}

// Refuses a viewer before it is a session: a count, a line and a close frame with the reason.
Awaitable<void> TurnAway(const Surroundings& around,
                         net::ByteStream& viewer,
                         std::unique_ptr<Refusal> refusal,
                         IpAddress client) {
  around.admissions.Refused(refusal->reason).Increment();
  LogRefused({around.log, around.audit}, *refusal, client);
  viewer.Close(EndingOf(EndOf(*refusal)));
  co_await viewer.Closed();
}

// The frame stays for the session's life, the request does not: a token may have 12 KiB.
Awaitable<void> Run(const Surroundings& around,
                    std::unique_ptr<net::ByteStream> viewer,
                    std::unique_ptr<Request> request) {
  const net::Executor loop = co_await asio::this_coro::executor;
  Doorbell bell(loop);
  Begun begun = Begin(around, *viewer, *request, bell, loop);
  if (begun.session == nullptr) {
    co_await TurnAway(around, *viewer, std::move(begun.refusal), request->client.address);
    co_return;
  }
  request.reset();
  co_await begun.session->Run();
}

}  // namespace

Awaitable<void> RunSession(const Surroundings& around,
                           std::unique_ptr<net::ByteStream> viewer,
                           Request request) {
  return Run(around, std::move(viewer), std::make_unique<Request>(std::move(request)));
}

}  // namespace porthole::session
