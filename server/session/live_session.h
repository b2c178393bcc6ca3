#pragma once

#include "bridge/bridge.h"
#include "net/timers.h"
#include "rfb/client_messages.h"
#include "rfb/host_greeting.h"
#include "rfb/host_messages.h"
#include "session/claim.h"
#include "session/doorbell.h"
#include "session/ends.h"
#include "session/registry.h"
#include "session/session.h"

#include <boost/asio/cancellation_signal.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

namespace porthole::session {

// What RunSession() came to when nobody refused: a good token and a place in the registry.
struct Admitted {
  admission::AdmittedGrant grant;
  Entry entry;
};

// What `policy` means for a viewer's messages and its host's.
rfb::Restrictions RestrictionsOf(const admission::PolicyInForce& policy);

// The policy of a session whose target speaks no RFB; nothing of one that does.
std::optional<bridge::RawPolicy> RawPolicyOf(const admission::AdmittedGrant& admitted);

// One admitted session, on its worker. Two coroutines tell its story, one of the viewer and one of
// the host; they meet at ServerInit. Whoever decides the end closes both streams, and so every step
// of both walks out by its ordinary path.
class LiveSession {
 public:
  // All but `admitted` outlive the session. `bell` is the one that `admitted.entry` wakes.
  LiveSession(const Surroundings& around,
              net::ByteStream& viewer,
              Admitted admitted,
              Doorbell& bell,
              const net::Executor& loop);
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;
  ~LiveSession();

  // From the claim to the last byte of the viewer's close.
  net::Awaitable<void> Run();

 private:
  using Awaitable = net::Awaitable<void>;

  Awaitable Serve();
  void OnBug(const std::exception_ptr& bug);

  // The viewer's side.
  Awaitable ServeViewer();
  Awaitable GreetViewer();

  // The host's side.
  Awaitable ServeHost();
  Awaitable TakeOver();
  Awaitable Vacated(std::vector<std::shared_ptr<Record>> predecessors);
  Awaitable DialHost();
  Awaitable GreetHost();
  void SkipHostHandshake();
  Awaitable Join();
  Awaitable SendServerInit();
  Awaitable Claimed();
  void Open();
  bool FollowHost();

  bool Ended();
  void Finish(End end);
  void MoveTo(State state);
  void OnIdleCheck();

  // Live policy (live_policy.cc).
  void OnBell();
  void Obey(PolicyOrder order);
  void Rearm();
  void OnInForce();
  void DropPolicyOrders();
  void SendNotice();

  void Settle(net::Closing closing);

  // Both sides wait for each other, for the store and for other sessions in one place.
  Awaitable Changed();
  void Announce() { changed_.cancel(); }

  const Surroundings& around_;
  net::ByteStream& viewer_;
  Doorbell& bell_;
  const net::Executor loop_;
  std::unique_ptr<admission::AdmittedGrant> admitted_;  // until opened
  admission::PolicyInForce policy_;
  Entry entry_;
  const SteadyTime started_;
  net::SteadyTimer changed_;
  std::unique_ptr<PendingClaim> claim_;   // from its beginning until opened
  std::optional<bridge::RawPolicy> raw_;  // where the console speaks no RFB
  rfb::ClientMessages messages_;
  const bool follows_host_;
  std::optional<rfb::HostMessages> from_host_;  // once opened, where the host is followed
  net::Timer max_duration_;
  net::Timer idle_;
  net::Timer half_message_;  // while a restriction waits for the end of a message
  SteadyTime last_input_;
  boost::asio::cancellation_signal stop_dial_;
  std::unique_ptr<net::ByteStream> host_;
  rfb::HostGreeting greeting_;
  bridge::HostTurns host_turns_;
  std::unique_ptr<bridge::Parts> parts_;  // once opened
  std::vector<PolicyDone> waiting_;       // changes that are not in force yet
  bool sending_owed_ = false;
  std::shared_ptr<const Announcement> announcement_;  // the last one
  std::uint64_t announcements_ = 0;
  bool serving_host_ = false;
  bool viewer_greeted_ = false;
  bool opened_ = false;
  std::optional<End> end_;
};

}  // namespace porthole::session
