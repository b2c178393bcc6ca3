#pragma once

#include "admission/blocks.h"
#include "admission/policy.h"
#include "base/clock.h"
#include "base/end_reason.h"
#include "base/ip_address.h"
#include "base/selector.h"
#include "base/target.h"
#include "config/configuration.h"
#include "state/state_store.h"
#include "token/claims.h"
#include "token/grant.h"
#include "token/key_ring.h"

#include <absl/functional/any_invocable.h>
#include <absl/status/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::admission {

// Who asks to be admitted.
struct Client {
  IpAddress address;                  // as trusted: after PROXY protocol or X-Forwarded-For
  std::optional<std::string> origin;  // the Origin header, if there is one
  std::string host;                   // the Host header
  bool tls = false;                   // whether the request came over TLS to this process
  std::string extra = {};  // CloudStack's; NOLINT(*-redundant-member-init): may be left out
};

// What was admitted so far: a good token and what it may do. Not claimed yet.
struct AdmittedGrant {
  token::Grant grant;
  PolicyInForce policy;
  IpAddress client;
};

// Every name of `admitted` as the session `session_id`; empty before there is one.
SessionNames NamesOf(const AdmittedGrant& admitted, std::string session_id);

// Whether a target's literal address or name may be dialled (net::AddressPolicy, which this room
// must not know); also called when nothing is dialled. Must be thread-safe.
using TargetCheck = std::function<absl::Status(const Target&)>;

// What admission judges by; all outlive it.
struct Surroundings {
  const token::KeyRing& keys;
  const BlockList& blocks;
  state::StateStore& store;
  const Clock& clock;
  TargetCheck target_check;
  WallTime process_started;
};

// Decides whether a token becomes a session (design, section 5). The session leads: Judge(), enter
// the registry, Recheck(), Claim(). Thread-safe.
class Admission {
 public:
  using ClaimDone = absl::AnyInvocable<void(std::optional<Refusal>)>;

  Admission(const config::Configuration& configuration, Surroundings surroundings);

  // Whether the request's Origin may open some session here (step 2); for the front, which answers
  // a refused one with 403 before any upgrade. Judge() asks again: an origin that only a token key
  // allows opens only that key's consoles.
  bool OriginAllowed(const Client& client) const;

  // Draining and steps 2 to 4: origin, token, time, audience, source address, target, policy.
  // Refusals: kDraining, kForbidden, kHostTlsFailed, kToken… and kTokenUsed never: that is
  // Claim()'s.
  Judged<AdmittedGrant> Judge(std::string_view token, const Client& client) const;

  // Step 6, after the session of these `names` entered the registry: blocks, the key's presence,
  // draining. Nothing when it may go on. Refusals: kRevoked with the block's reason, kTokenInvalid
  // when the key is gone, kDraining.
  std::optional<Refusal> Recheck(const SessionNames& names) const;

  // Step 7: makes the token used, durably. `done` runs exactly once, on an unspecified thread,
  // possibly before the call returns: with nothing when the session may be, else kTokenUsed,
  // kTooMany or kInternalError. `admitted` is not needed after the call.
  void Claim(const AdmittedGrant& admitted, ClaimDone done) const;

  // What the page of a link can say before anything is claimed: Judge(), blocks, and whether the
  // token was used already.
  Judged<AdmittedGrant> Preview(std::string_view token, const Client& client) const;

  // What the node allows any session.
  const config::Policy& NodePolicy() const { return policy_; }

  // What is allowed from now on, for a reload: the origins and the schemes of targets.
  void SetAllowed(const config::Configuration& configuration);

  // While draining nobody is admitted (Drain, Resume, SIGTERM).
  void SetDraining(bool draining) { draining_.store(draining); }
  bool Draining() const { return draining_.load(); }

 private:
  bool OriginListed(const Client& client) const;
  std::optional<Refusal> JudgeGrant(const token::Grant& grant, const Client& client) const;
  std::optional<Refusal> JudgeIssue(const token::Grant& grant) const;
  std::optional<Refusal> JudgeTarget(const Target& target) const;

  const token::TokenRules rules_;
  // What a reload replaces, as a whole.
  struct Allowed {
    std::vector<std::string> origins;
    std::vector<TargetScheme> schemes;
  };
  static std::shared_ptr<const Allowed> AllowedBy(const config::Configuration& configuration);
  std::shared_ptr<const Allowed> CurrentlyAllowed() const;

  const config::Policy policy_;
  const Surroundings around_;
  mutable std::mutex mutex_;  // guards allowed_
  std::shared_ptr<const Allowed> allowed_;
  std::atomic<bool> draining_ = false;
};

}  // namespace porthole::admission
