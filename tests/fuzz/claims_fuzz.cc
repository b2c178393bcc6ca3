// A payload that proved authentic but was written by a careless or hostile management server. What
// becomes a grant must keep every bound that the rest of the process relies on.
#include "base/end_reason.h"
#include "base/target.h"
#include "tests/fuzz/require.h"
#include "token/claims.h"
#include "token/members.h"

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>

namespace {

using porthole::testing::Require;
namespace token = porthole::token;

constexpr porthole::WallTime kNow{std::chrono::seconds(1'790'000'000)};

void RequireText(std::string_view text, std::size_t max_bytes) {
  Require(text.size() <= max_bytes && token::IsPlainText(text));
}

void RequireBounds(const token::Grant& grant) {
  RequireText(grant.token_id, 128);
  RequireText(grant.subject, 256);
  RequireText(grant.issuer, 256);
  RequireText(grant.console_id, 128);
  RequireText(grant.console_name, 256);
  RequireText(grant.username, 256);
  RequireText(grant.tls.server_name, 253);
  Require(!grant.token_id.empty() && !grant.subject.empty() && !grant.console_id.empty());
  Require(grant.password.Reveal().size() <= 1024);
  Require(grant.tls.host_key_sha256.empty() || grant.tls.host_key_sha256.size() == 64);
  Require(grant.policy.client_ip.size() <= 64);
}

void RequireTimes(const token::Grant& grant) {
  const token::TokenRules rules;
  Require(grant.issued_at < grant.expires_at);
  Require(grant.expires_at - grant.issued_at <= rules.max_lifetime);
  Require(grant.issued_at <= kNow + rules.clock_skew);
  Require(grant.expires_at + rules.clock_skew > kNow);
}

void RequireTarget(const porthole::Target& target) {
  const auto again = porthole::ParseTarget(ToString(target));
  Require(again.ok() && *again == target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto judged = token::ReadClaims(text, kNow, {});
  if (const auto* const refusal = std::get_if<porthole::Refusal>(&judged)) {
    Require(!refusal->detail.empty());
    RequireText(refusal->token_id, 128);
    return 0;
  }
  const auto& grant = std::get<token::Grant>(judged);
  RequireBounds(grant);
  RequireTimes(grant);
  RequireTarget(grant.target);
  return 0;
}
