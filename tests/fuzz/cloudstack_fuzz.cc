// A token of CloudStack's as it comes from a stranger, and a payload as a stranger would write it
// who had the encryption key: behind its first byte, which says in which form it came.
#include "base/end_reason.h"
#include "tests/fuzz/require.h"
#include "token/cloudstack_base64.h"
#include "token/cloudstack_claims.h"
#include "token/cloudstack_material.h"
#include "token/opener.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using porthole::testing::Require;
namespace token = porthole::token;

constexpr porthole::WallTime kNow{std::chrono::seconds(1'790'000'000)};

// The keys of tests/unit/token/vectors/cloudstack.json.
token::TokenKey Key() {
  token::TokenKey key;
  key.id = "cloudstack-1";
  key.profile = token::KeyProfile::kCloudStack;
  key.material = token::JoinCloudStackMaterial("AAECAwQFBgcICQoLDA0ODw", "EBESExQVFhcYGRobHB0eHw",
                                               "ICEiIyQlJicoKSorLC0uLw")
                     .value();
  key.cloudstack = {
      .check_source_address = true, .allow_legacy_cbc = true, .extra_origins = {"https://a"}};
  return key;
}

const token::KeyRing& Keys() {
  static const auto* const keys = [] {
    auto* const ring = new token::KeyRing;
    Require(ring->Put(Key()).ok());
    return ring;
  }();
  return *keys;
}

void Judge(const porthole::Judged<token::Grant>& judged) {
  if (const auto* const refusal = std::get_if<porthole::Refusal>(&judged)) {
    Require(!refusal->sentence.empty() && !refusal->detail.empty());
    return;
  }
  const auto& grant = std::get<token::Grant>(judged);
  Require(grant.key_id == "cloudstack-1" && !grant.token_id.empty() && !grant.console_id.empty());
  Require(grant.issued_at <= kNow + std::chrono::seconds(30) && grant.expires_at > kNow);
  Require(grant.policy.client_ip.size() == 1);
  Require(porthole::ParseTarget(ToString(grant.target)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Judge(token::OpenToken(text, Keys(), kNow, {}));
  if (!text.empty()) {
    const auto form = text.front() == 'L' ? token::TokenForm::kLegacyCbc : token::TokenForm::kGcm;
    Judge(token::ReadCloudStackClaims(text.substr(1), form, Key(), kNow, {}));
  }
  return 0;
}
