#pragma once

#include "base/end_reason.h"
#include "tests/support/fake_clock.h"
#include "tests/support/seal_token.h"
#include "token/claims.h"
#include "token/grant.h"
#include "token/key_ring.h"
#include "token/opener.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace porthole::token {

inline constexpr std::string_view kHeader = R"({"alg":"dir","enc":"A256GCM","kid":"key-1"})";
inline constexpr std::string_view kMaterial = "0123456789abcdef0123456789ABCDEF";

inline TokenKey MakeKey(std::string id, std::string material = std::string(kMaterial)) {
  return {.id = std::move(id),
          .profile = KeyProfile::kJwe,
          .material = Secret(std::move(material)),
          .created = FakeClock::kStart,
          .not_after = {}};
}

inline std::int64_t Now() {
  return FakeClock::kStart.time_since_epoch().count();
}

// A good payload, to be changed by the tests: object["console"].as_object()["id"] = …
inline boost::json::object GoodPayload() {
  boost::json::object payload = boost::json::parse(R"({
    "iss": "cloud-1", "aud": "porthole", "sub": "user-42", "jti": "token-1",
    "console": { "id": "console-1", "name": "web-1", "target": "tcp://10.1.34.5:5901",
      "username": "u", "password": "s3cret",
      "tls": { "mode": "require", "server_name": "kvm-7.example" } },
    "policy": { "view_only": false, "clipboard": "both", "sharing": "shared",
      "max_duration_s": 28800, "idle_timeout_s": 900, "client_ip": ["203.0.113.7"] } })")
                                    .as_object();
  payload["iat"] = Now();
  payload["exp"] = Now() + 60;
  return payload;
}

inline std::string Text(const boost::json::object& payload) {
  return boost::json::serialize(payload);
}

// Expects a refusal for `reason` and gives its detail.
template <typename T>
std::string DetailOf(const Judged<T>& judged, EndReason reason) {
  const auto* const refusal = std::get_if<Refusal>(&judged);
  if (refusal == nullptr) {
    ADD_FAILURE() << "not refused";
    return {};
  }
  EXPECT_EQ(Name(refusal->reason), Name(reason)) << refusal->detail;
  EXPECT_FALSE(refusal->sentence.empty());
  return refusal->detail;
}

}  // namespace porthole::token
