#include "token/claims.h"

#include "base/status.h"
#include "token/console_claim.h"
#include "token/json.h"
#include "token/members.h"
#include "token/policy_claim.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace porthole::token {
namespace {

constexpr std::size_t kMaxTokenIdBytes = 128;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxAudiences = 16;

// What the payload says that a grant does not hold.
struct Envelope {
  std::vector<std::string> audiences;
  std::optional<std::chrono::sys_seconds> not_before;
};

// `aud` is one text or a list of them (RFC 7519, section 4.1.3).
std::vector<std::string> ReadAudiences(const boost::json::object& object, const Members& top) {
  const boost::json::value* const value = object.if_contains("aud");
  if (value != nullptr && value->is_array()) {
    return top.OptionalTexts("aud", kMaxAudiences, kMaxTextBytes);
  }
  return {top.RequiredText("aud", kMaxTextBytes)};
}

Envelope ReadTop(const boost::json::object& object, Grant& grant, Fault& fault) {
  const Members top(object, "", fault);
  Envelope envelope;
  grant.token_id = top.RequiredText("jti", kMaxTokenIdBytes);
  grant.issuer = top.OptionalText("iss", kMaxTextBytes);
  grant.subject = top.RequiredText("sub", kMaxTextBytes);
  grant.issued_at = top.RequiredDate("iat");
  grant.expires_at = top.RequiredDate("exp");
  envelope.not_before = top.OptionalDate("nbf");
  envelope.audiences = ReadAudiences(object, top);
  if (const boost::json::object* const console = top.OptionalObject("console")) {
    ReadConsole(*console, grant, fault);
  } else {
    top.Fail("console", "is missing");
  }
  if (const boost::json::object* const policy = top.OptionalObject("policy")) {
    grant.policy = ReadPolicy(*policy, fault);
  }
  return envelope;
}

std::optional<Refusal> JudgeParties(const Grant& grant,
                                    const Envelope& envelope,
                                    const TokenRules& rules) {
  if (std::ranges::find(envelope.audiences, rules.audience) == envelope.audiences.end()) {
    return Refuse(EndReason::kTokenInvalid, "aud is not this node's audience");
  }
  if (!rules.issuers.empty() &&
      std::ranges::find(rules.issuers, grant.issuer) == rules.issuers.end()) {
    return Refuse(EndReason::kTokenInvalid, "iss is not an issuer that this node accepts");
  }
  return std::nullopt;
}

// That `exp` is at most now + max_lifetime + skew follows from these.
std::optional<Refusal> JudgeTime(const Grant& grant,
                                 const Envelope& envelope,
                                 WallTime now,
                                 const TokenRules& rules) {
  if (grant.expires_at <= grant.issued_at) {
    return Refuse(EndReason::kTokenInvalid, "exp is not after iat");
  }
  if (grant.expires_at - grant.issued_at > rules.max_lifetime) {
    return Refuse(EndReason::kTokenInvalid, "exp is too long after iat");
  }
  if (grant.issued_at > now + rules.clock_skew) {
    return Refuse(EndReason::kTokenNotYetValid, "iat is in the future");
  }
  if (envelope.not_before.has_value() && *envelope.not_before > now + rules.clock_skew) {
    return Refuse(EndReason::kTokenNotYetValid, "nbf is in the future");
  }
  if (grant.expires_at + rules.clock_skew <= now) {
    return Refuse(EndReason::kTokenExpired, "exp is over");
  }
  return std::nullopt;
}

}  // namespace

Judged<Grant> ReadClaims(std::string_view payload, WallTime now, const TokenRules& rules) {
  const absl::StatusOr<boost::json::object> object = ParseJsonObject(payload);
  if (!object.ok()) {
    return Refuse(EndReason::kTokenInvalid, "payload: " + Message(object.status()));
  }
  Grant grant;
  Fault fault;
  const Envelope envelope = ReadTop(*object, grant, fault);
  std::optional<Refusal> refusal;
  if (!fault.empty()) {
    refusal = Refuse(EndReason::kTokenInvalid, "payload: " + fault);
  }
  if (!refusal.has_value()) {
    refusal = JudgeParties(grant, envelope, rules);
  }
  if (!refusal.has_value()) {
    refusal = JudgeTime(grant, envelope, now, rules);
  }
  if (refusal.has_value()) {
    refusal->token_id = std::move(grant.token_id);
    return *std::move(refusal);
  }
  return grant;
}

}  // namespace porthole::token
