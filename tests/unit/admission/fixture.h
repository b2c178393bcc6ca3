#pragma once

#include "admission/admission.h"
#include "admission/blocks.h"
#include "base/end_reason.h"
#include "base/status.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seal_token.h"
#include "tests/unit/admission/slow_store.h"
#include "token/key_ring.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace porthole::admission {

// An admission with everything around it, and tokens for it.
class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() { EXPECT_TRUE(keys_.Put(Key()).ok()); }

  static std::string Material() { return "0123456789abcdef0123456789ABCDEF"; }
  static token::TokenKey Key() {
    return {.id = "key-1",
            .profile = token::KeyProfile::kJwe,
            .material = Secret(Material()),
            .created = FakeClock::kStart,
            .not_after = {}};
  }

  // What the tests change before the first call to Gate().
  config::Configuration configuration_;

  Admission& Gate() {
    if (!admission_.has_value()) {
      admission_.emplace(configuration_, Surroundings{.keys = keys_,
                                                      .blocks = blocks_,
                                                      .store = store_,
                                                      .clock = clock_,
                                                      .target_check =
                                                          [this](const Target& target) {
                                                            ++target_checks_;
                                                            return CheckTarget(target);
                                                          },
                                                      .process_started = clock_.Wall()});
    }
    return *admission_;
  }

  static Client Browser() {
    return {.address = IpAddress::V4({203, 0, 113, 7}),
            .origin = "https://console.example",
            .host = "console.example",
            .tls = true};
  }

  // The payload of a good token issued now.
  boost::json::object Payload(std::string_view target = "tcp://10.1.34.5:5901") const {
    const auto now =
        std::chrono::floor<std::chrono::seconds>(clock_.Wall()).time_since_epoch().count();
    return {
        {"aud", "porthole"}, {"sub", "user-42"},
        {"jti", "token-1"},  {"iat", now},
        {"exp", now + 60},   {"console", {{"id", "console-1"}, {"target", std::string(target)}}}};
  }
  static std::string Mint(const boost::json::object& payload) {
    return Seal(R"({"alg":"dir","enc":"A256GCM","kid":"key-1"})", boost::json::serialize(payload),
                Material())
        .Text();
  }

  Judged<AdmittedGrant> Judge(const boost::json::object& payload) {
    return Gate().Judge(Mint(payload), Browser());
  }
  AdmittedGrant Admitted(const boost::json::object& payload) {
    Judged<AdmittedGrant> judged = Judge(payload);
    EXPECT_TRUE(std::holds_alternative<AdmittedGrant>(judged)) << std::get<Refusal>(judged).detail;
    return std::get<AdmittedGrant>(std::move(judged));
  }

  // A block of that selector, in force at once.
  void Blocked(SelectorKind kind, std::string value, std::string reason = "") {
    Revocation revocation;
    revocation.selector = {.kind = kind, .value = std::move(value), .addresses = {}};
    revocation.reason = std::move(reason);
    blocks_.Add(MakeBlock(revocation, clock_.Wall()), clock_.Wall(), [](const absl::Status&) {});
    store_.FinishAll();
  }

  // What a claim of `admitted` heard; fails the test when it heard nothing.
  std::optional<Refusal> Claim(const AdmittedGrant& admitted) {
    std::optional<std::optional<Refusal>> heard;
    Gate().Claim(admitted, [&](std::optional<Refusal> refusal) { heard = std::move(refusal); });
    EXPECT_TRUE(heard.has_value());
    return heard.value_or(std::nullopt);
  }

  FakeClock clock_;
  token::KeyRing keys_;
  SlowStore store_;
  BlockList blocks_{store_};
  int target_checks_ = 0;

 private:
  static absl::Status CheckTarget(const Target& target) {
    return target.host == "169.254.169.254"
               ? Error(absl::StatusCode::kPermissionDenied, "denied: cloud metadata")
               : absl::OkStatus();
  }

  std::optional<Admission> admission_;
};

// Expects `refusal` to be for `reason`, named after the token of the tests, and gives its detail.
inline std::string NamedDetail(const std::optional<Refusal>& refusal, EndReason reason) {
  if (!refusal.has_value()) {
    ADD_FAILURE() << "not refused";
    return {};
  }
  EXPECT_EQ(Name(refusal->reason), Name(reason)) << refusal->detail;
  EXPECT_EQ(refusal->key_id, "key-1");
  EXPECT_EQ(refusal->token_id, "token-1");
  EXPECT_FALSE(refusal->sentence.empty());
  return refusal->detail;
}

inline std::optional<Refusal> RefusalIn(const Judged<AdmittedGrant>& judged) {
  const auto* const refusal = std::get_if<Refusal>(&judged);
  return refusal == nullptr ? std::nullopt : std::optional(*refusal);
}

}  // namespace porthole::admission
