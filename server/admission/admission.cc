#include "admission/admission.h"

#include "admission/origin.h"
#include "base/status.h"
#include "token/cloudstack_token.h"
#include "token/opener.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace porthole::admission {
namespace {

// How long after its last moment a used token is remembered, beside the skew.
constexpr std::chrono::seconds kRememberedAfter{60};

token::TokenRules RulesOf(const config::Tokens& tokens) {
  return {.audience = tokens.audience,
          .issuers = tokens.issuers,
          .max_lifetime = tokens.max_lifetime,
          .clock_skew = tokens.clock_skew};
}

Refusal Named(Refusal refusal, const state::TokenName& name) {
  refusal.key_id = name.key_id;
  refusal.token_id = name.token_id;
  return refusal;
}

state::TokenName NameOf(const token::Grant& grant) {
  return {.key_id = grant.key_id, .token_id = grant.token_id};
}

Refusal ForbidTarget(std::string detail) {
  Refusal refusal = Refuse(EndReason::kForbidden, std::move(detail));
  refusal.sentence = "This console server may not connect to the virtual machine's host.";
  return refusal;
}

Refusal ForbidOrigin() {
  return Refuse(EndReason::kForbidden, "the request's Origin is not allowed");
}

RequestOrigin OriginOf(const Client& client) {
  return {.origin = client.origin, .host = client.host, .tls = client.tls};
}

Refusal Revoked(const Block& block) {
  Refusal refusal = Refuse(EndReason::kRevoked, "block " + block.id);
  if (!block.reason.empty()) {
    refusal.sentence = block.reason;
  }
  return refusal;
}

// What a claim's outcome means for the person.
std::optional<Refusal> RefusalOf(const absl::StatusOr<state::Claimed>& claimed) {
  if (!claimed.ok()) {
    const bool full = claimed.status().code() == absl::StatusCode::kResourceExhausted;
    return Refuse(full ? EndReason::kTooMany : EndReason::kInternalError,
                  "claim: " + Message(claimed.status()));
  }
  if (*claimed == state::Claimed::kAlreadyUsed) {
    return Refuse(EndReason::kTokenUsed, "claimed before");
  }
  return std::nullopt;
}

// The configured schemes without those that lack what they need.
std::vector<TargetScheme> EnabledSchemes(const config::Configuration& configuration) {
  std::vector<TargetScheme> schemes = configuration.targets.schemes;
  std::erase_if(schemes, [&configuration](TargetScheme scheme) {
    return (scheme == TargetScheme::kUnix && configuration.targets.unix_directory.empty()) ||
           (scheme == TargetScheme::kReverse && !configuration.reverse.has_value());
  });
  return schemes;
}

}  // namespace

SessionNames NamesOf(const AdmittedGrant& admitted, std::string session_id) {
  return {.session_id = std::move(session_id),
          .console_id = admitted.grant.console_id,
          .subject = admitted.grant.subject,
          .key_id = admitted.grant.key_id,
          .token_id = admitted.grant.token_id,
          .client_address = admitted.client,
          .token_issued_at = admitted.grant.issued_at};
}

Admission::Admission(const config::Configuration& configuration, Surroundings surroundings)
    : rules_(RulesOf(configuration.tokens)),
      policy_(configuration.policy),
      around_(std::move(surroundings)),
      allowed_(AllowedBy(configuration)) {}

std::shared_ptr<const Admission::Allowed> Admission::AllowedBy(
    const config::Configuration& configuration) {
  return std::make_shared<const Allowed>(
      Allowed{.origins = configuration.viewer.origins, .schemes = EnabledSchemes(configuration)});
}

std::shared_ptr<const Admission::Allowed> Admission::CurrentlyAllowed() const {
  const std::lock_guard lock(mutex_);
  return allowed_;
}

void Admission::SetAllowed(const config::Configuration& configuration) {
  std::shared_ptr<const Allowed> fresh = AllowedBy(configuration);
  const std::lock_guard lock(mutex_);
  allowed_ = std::move(fresh);
}

bool Admission::OriginListed(const Client& client) const {
  return admission::OriginAllowed(OriginOf(client), CurrentlyAllowed()->origins);
}

bool Admission::OriginAllowed(const Client& client) const {
  if (OriginListed(client)) {
    return true;
  }
  const std::shared_ptr<const token::KeyRing::Keys> keys = around_.keys.CloudStackKeys();
  return std::ranges::any_of(*keys, [&client](const auto& key) {
    return admission::OriginAllowed(OriginOf(client), key->cloudstack.extra_origins);
  });
}

Judged<AdmittedGrant> Admission::Judge(std::string_view token, const Client& client) const {
  if (Draining()) {
    return Refuse(EndReason::kDraining, "draining");
  }
  if (!OriginAllowed(client)) {
    return ForbidOrigin();
  }
  Judged<token::Grant> opened = token::OpenToken(token, around_.keys, around_.clock.Wall(), rules_);
  if (auto* const refusal = std::get_if<Refusal>(&opened)) {
    return std::move(*refusal);
  }
  auto& grant = std::get<token::Grant>(opened);
  const Judged<PolicyInForce> policy = Narrow(policy_, grant.policy, client.address);
  std::optional<Refusal> refusal = JudgeIssue(grant);
  if (!refusal.has_value() && std::holds_alternative<Refusal>(policy)) {
    refusal = std::get<Refusal>(policy);
  }
  if (!refusal.has_value()) {
    refusal = JudgeGrant(grant, client);
  }
  if (refusal.has_value()) {
    return Named(*std::move(refusal), NameOf(grant));
  }
  return AdmittedGrant{.grant = std::move(grant),
                       .policy = std::get<PolicyInForce>(policy),
                       .client = client.address};
}

// What the grant says of who may come, and of where it leads.
std::optional<Refusal> Admission::JudgeGrant(const token::Grant& grant,
                                             const Client& client) const {
  if (!OriginListed(client) && !admission::OriginAllowed(OriginOf(client), grant.origins)) {
    return ForbidOrigin();
  }
  if (!token::KnowsExtra(grant, client.extra)) {
    return Refuse(EndReason::kForbidden, "`extra` is not what the token asks for");
  }
  return JudgeTarget(grant.target);
}

std::optional<Refusal> Admission::Recheck(const SessionNames& names) const {
  const state::TokenName name{.key_id = names.key_id, .token_id = names.token_id};
  if (Draining()) {
    return Named(Refuse(EndReason::kDraining, "draining"), name);
  }
  if (around_.keys.Find(names.key_id) == nullptr) {
    return Named(Refuse(EndReason::kTokenInvalid, "the token key was deleted meanwhile"), name);
  }
  const std::optional<Block> block = around_.blocks.Find(names, around_.clock.Wall());
  return block.has_value() ? std::optional(Named(Revoked(*block), name)) : std::nullopt;
}

void Admission::Claim(const AdmittedGrant& admitted, ClaimDone done) const {
  const WallTime now = around_.clock.Wall();
  const WallTime until = std::max(admitted.grant.expires_at + rules_.clock_skew + kRememberedAfter,
                                  now + admitted.grant.used_for);
  const state::TokenName name = NameOf(admitted.grant);
  around_.store.Claim(
      name, until, now,
      [name, done = std::move(done)](const absl::StatusOr<state::Claimed>& claimed) mutable {
        std::optional<Refusal> refusal = RefusalOf(claimed);
        done(refusal.has_value() ? std::optional(Named(*std::move(refusal), name)) : std::nullopt);
      });
}

Judged<AdmittedGrant> Admission::Preview(std::string_view token, const Client& client) const {
  Judged<AdmittedGrant> judged = Judge(token, client);
  const auto* const admitted = std::get_if<AdmittedGrant>(&judged);
  if (admitted == nullptr) {
    return judged;
  }
  if (std::optional<Refusal> refusal = Recheck(NamesOf(*admitted, {}))) {
    return *std::move(refusal);
  }
  const state::TokenName name = NameOf(admitted->grant);
  if (around_.store.Used(name, around_.clock.Wall())) {
    return Named(Refuse(EndReason::kTokenUsed, "claimed before"), name);
  }
  return judged;
}

// A store that forgot may have forgotten that this very token was used.
std::optional<Refusal> Admission::JudgeIssue(const token::Grant& grant) const {
  const std::optional<WallTime> since = around_.store.RemembersSince();
  if (grant.issued_at >= since.value_or(around_.process_started)) {
    return std::nullopt;
  }
  return Refuse(EndReason::kTokenExpired,
                since.has_value()
                    ? "issued before this node's store was made, which may have replaced a lost one"
                    : "issued before this node started, and its store does not remember used "
                      "tokens");
}

std::optional<Refusal> Admission::JudgeTarget(const Target& target) const {
  const std::shared_ptr<const Allowed> allowed_now = CurrentlyAllowed();
  if (std::ranges::find(allowed_now->schemes, target.scheme) == allowed_now->schemes.end()) {
    return ForbidTarget("targets of the scheme \"" + std::string(Name(target.scheme)) +
                        "\" are not enabled here");
  }
  const absl::Status allowed = around_.target_check(target);
  if (!allowed.ok()) {
    return ForbidTarget("target: " + Message(allowed));
  }
  return std::nullopt;
}

}  // namespace porthole::admission
