// A token as it comes from a stranger. What is taken apart must be the only spelling of its parts.
#include "base/base64url.h"
#include "base/end_reason.h"
#include "tests/fuzz/require.h"
#include "token/jwe.h"
#include "token/opener.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace {

using porthole::EncodeBase64Url;
using porthole::testing::Require;
namespace token = porthole::token;

constexpr porthole::WallTime kNow{std::chrono::seconds(1'790'000'000)};

token::TokenKey Key() {
  return {.id = "key-1",
          .profile = token::KeyProfile::kJwe,
          .material = porthole::Secret("0123456789abcdef0123456789ABCDEF"),
          .created = kNow,
          .not_after = {}};
}

const token::KeyRing& Keys() {
  static const auto* const keys = [] {
    auto* const ring = new token::KeyRing;
    Require(ring->Put(Key()).ok());
    return ring;
  }();
  return *keys;
}

void TakeApart(std::string_view text) {
  const absl::StatusOr<token::Jwe> jwe = token::ParseJwe(text);
  if (jwe.ok()) {
    Require(token::IsKeyId(jwe->key_id));
    Require(jwe->protected_header + ".." + EncodeBase64Url(jwe->iv) + "." +
                EncodeBase64Url(jwe->ciphertext) + "." + EncodeBase64Url(jwe->tag) ==
            text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TakeApart(text);
  const auto judged = token::OpenToken(text, Keys(), kNow, {});
  if (const auto* const refusal = std::get_if<porthole::Refusal>(&judged)) {
    Require(!refusal->sentence.empty() && !refusal->detail.empty());
  }
  return 0;
}
