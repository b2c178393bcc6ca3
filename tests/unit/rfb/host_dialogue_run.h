#pragma once

#include "rfb/host_dialogue.h"
#include "tests/support/fake_tls.h"
#include "tests/unit/rfb/dialogue_run.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {

// The password, a challenge and its answer that the tests of the host dialogue share; the answer
// is of vnc_auth_test.cc.
inline constexpr std::string_view kPassword = "secret12";
inline constexpr std::string_view kChallenge{
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", 16};
inline constexpr std::string_view kAnswer{
    "\xad\xcd\x99\x7f\x8e\x16\xfe\xe5\x75\xe9\x73\xf9\x3c\x2b\x62\xb4", 16};

inline constexpr std::string_view kPixelFormat{
    "\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\x00\x00\x00", 16};

inline std::string ServerInit(std::string_view name) {
  return testing::U16(1280) + testing::U16(800) + std::string(kPixelFormat) + testing::Text(name);
}

using HostRun = DialogueRun<absl::StatusOr<HostGreeting>>;

// Every type that a configuration enables by itself (design, section 12).
inline const std::vector<std::string>& EnabledByDefault() {
  static const std::vector<std::string> kNames = {"X509SASL", "X509Plain", "X509Vnc", "X509None",
                                                  "RA2_256",  "RA2",       "VncAuth", "None"};
  return kNames;
}

inline HostRun Greet(const OtherSide& host, std::string_view password = kPassword) {
  testing::FakeTls tls;
  const HostAccess access{
      .credentials = {.username = "", .password = Secret(std::string(password))},
      .rules = {.enabled = EnabledByDefault(), .host_key_sha256 = ""},
      .tls = tls};
  return RunDialogue<absl::StatusOr<HostGreeting>>(
      host,
      [&access](std::unique_ptr<net::ByteStream>& stream) { return GreetHost(stream, access); });
}

}  // namespace porthole::rfb
