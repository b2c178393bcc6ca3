#include "base/target.h"
#include "tests/bench/micro/pieces.h"
#include "token/key_ring.h"
#include "token/opener.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace porthole::bench {
namespace {

// Sealed once, with a counting IV and the public key below: random ones would not cost the same in
// every run. Valid for a minute from kNow.
constexpr std::string_view kToken =
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoia2V5LTEifQ..AAECAwQFBgcICQoL.a964mqq"
    "vF8pv2ZQOlD93EmKnXadCDWbPVnvhNoMUKz3IZXBoN00i5ncTu0TrpaxHzht9meL-0AUbs6EjqJUH_CscsYm"
    "aBHRll24SFaf64UqTM7CJopxNqyd6uSm4-0bLuLhdzGklbp-tbxiD3TcfITK23IV_EDy0egFXyBF0uy1iilW"
    "esUVGLxFemh07GSSC6146iI8H37RE7oC7nMVp3R-5Jz5xwTQaDAo-QM2pdztkz3V0lxoXgXqSOMSlA2MAA6b"
    "7K5czczaStBvnddWUmwqx4j98-Eam5LoKLMuqoUBSPC9LqfEL1PgD9TwPCdcF8mEbCjzr07SQsQAg2l0pwa4"
    "s0q2Tktj-wcSIVpRwVTUGzTcaeFHb-nyIWlt1peX5gbNCE6k8L4ESNoGz0hzGwCY2PdM7FvvZTb-OsAAjR6X"
    "pEmfEtgUjDaWjXYQwS9HypFSJyr_mNtCp_gld35eWBI2SwhWmYKf-dxGgh4P6bXnqdSInejLH4Tp4Y2aucwr"
    "usGyawOXK8fpN50ntcf3b-ZxTu3sDHiObYh_NjRR3JqofHOnAi4DY0cwpcn8nOnK4.P_19vyj3vMikls_UwX"
    "k85g";
constexpr std::string_view kMaterial = "0123456789abcdef0123456789ABCDEF";
constexpr WallTime kNow{std::chrono::seconds(1790000010)};

std::shared_ptr<const token::KeyRing> OneKey() {
  auto ring = std::make_shared<token::KeyRing>();
  const absl::Status put = ring->Put({.id = "key-1",
                                      .profile = token::KeyProfile::kJwe,
                                      .material = Secret(std::string(kMaterial)),
                                      .created = kNow,
                                      .not_after = {}});
  Expect(put.ok(), "the key ring took no key");
  return ring;
}

}  // namespace

std::vector<Piece> TokenPieces() {
  const auto ring = OneKey();
  const token::TokenRules rules;
  std::string spoilt(kToken);
  spoilt[spoilt.size() - 5] = spoilt[spoilt.size() - 5] == 'A' ? 'B' : 'A';  // in the tag
  return {
      {"token_open",
       [ring, rules] {
         const auto judged = token::OpenToken(kToken, *ring, kNow, rules);
         Expect(std::holds_alternative<token::Grant>(judged), "a good token was refused");
       }},
      {"token_refuse",
       [ring, rules, spoilt] {
         const auto judged = token::OpenToken(spoilt, *ring, kNow, rules);
         Expect(std::holds_alternative<Refusal>(judged), "a spoilt token was taken");
       }},
      {"target_parse",
       [] { Expect(ParseTarget("tcp://kvm-7.example:5901").ok(), "a good target was refused"); }},
  };
}

}  // namespace porthole::bench
