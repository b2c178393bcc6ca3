// What a host may say from its first byte to ServerInit, by every security type that is plain bytes
// or, with TLS that only pretends, VeNCrypt. The first byte of the input tells how the bytes are
// cut, what the token has and what it demands.

#include "rfb/host_dialogue.h"
#include "rfb/security/security_type.h"
#include "tests/fuzz/dialogue_fuzz.h"
#include "tests/support/fake_tls.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace {

using porthole::Secret;
using porthole::fuzz::Expect;
using porthole::rfb::GreetHost;
using porthole::rfb::HostAccess;
using porthole::rfb::HostGreeting;
using porthole::rfb::TlsDemand;
using porthole::testing::FakeTls;

constexpr const char* kPassword = "secret12";

bool HasControl(const std::string& text) {
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < 0x20 || byte == 0x7F) {
      return true;
    }
  }
  return false;
}

void CheckGreeting(const HostGreeting& greeting) {
  Expect(greeting.desktop_name.size() <= std::size_t{64} * 1024);
  Expect(!HasControl(greeting.desktop_name));
  Expect(greeting.protocol_version.size() == 3);
  Expect(!greeting.security_type.empty());
}

// Bits: a password, a user name, TLS required, TLS off.
HostAccess AccessBy(unsigned bits, FakeTls& tls) {
  const auto demand = (bits & 4U) != 0   ? TlsDemand::kRequire
                      : (bits & 8U) != 0 ? TlsDemand::kDisable
                                         : TlsDemand::kPrefer;
  HostAccess access{.credentials = {.username = (bits & 2U) != 0 ? "alice" : "",
                                    .password = Secret((bits & 1U) != 0 ? kPassword : "")},
                    .rules = {.enabled = {}, .tls = demand, .host_key_sha256 = ""},
                    .tls = tls};
  for (const auto& type : porthole::rfb::SecurityTypes()) {
    access.rules.enabled.emplace_back(type.name);
  }
  return access;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> input(bytes, size);
  FakeTls tls;
  const HostAccess access = AccessBy(input[0], tls);
  const auto greeting = porthole::fuzz::Converse<absl::StatusOr<HostGreeting>>(
      input[0] >> 4U, input.subspan(1),
      [&access](std::unique_ptr<porthole::net::ByteStream>& host) {
        return GreetHost(host, access);
      });
  if (greeting.ok()) {
    CheckGreeting(*greeting);
  } else {
    const std::string message = greeting.status().ToString();
    Expect(!HasControl(message));
    porthole::fuzz::ExpectKept(kPassword, message, input);
  }
  return 0;
}
