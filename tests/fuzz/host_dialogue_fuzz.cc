// What a host may say from its first byte to ServerInit. The first byte of the input tells how the
// bytes are cut and whether there is a password.

#include "rfb/host_dialogue.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace {

using porthole::Secret;
using porthole::fuzz::Expect;
using porthole::rfb::GreetHost;
using porthole::rfb::HostCredentials;
using porthole::rfb::HostGreeting;

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
  Expect(greeting.security_type == "None" || greeting.security_type == "VncAuth");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> input(bytes, size);
  const HostCredentials credentials{.username = "",
                                    .password = Secret((input[0] & 1U) != 0 ? kPassword : "")};
  const auto greeting = porthole::fuzz::Converse<absl::StatusOr<HostGreeting>>(
      input[0] >> 1U, input.subspan(1),
      [&credentials](porthole::net::ByteStream& host) { return GreetHost(host, credentials); });
  if (greeting.ok()) {
    CheckGreeting(*greeting);
  } else {
    const std::string message = greeting.status().ToString();
    Expect(!HasControl(message));
    // A host that happens to say the word itself is no leak of ours.
    const bool said = std::string(input.begin(), input.end()).find(kPassword) != std::string::npos;
    Expect(said || message.find(kPassword) == std::string::npos);
  }
  return 0;
}
