#pragma once

#include "rfb/host_credentials.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace porthole::fuzz {

// A password that no host says by chance.
inline constexpr const char* kPassword = "wonder-of-wonders-17";

inline const rfb::HostCredentials& Credentials() {
  static const rfb::HostCredentials kCredentials{.username = "alice",
                                                 .password = Secret(std::string(kPassword))};
  return kCredentials;
}

// Runs `dialogue(stream, choice)` against a host that says the input behind its first byte, which
// is the choice, and hangs up. Neither may an error's words hold control characters, nor the
// password.
template <typename Dialogue>
int RunSecurity(std::span<const std::uint8_t> input, const Dialogue& dialogue) {
  if (input.empty()) {
    return 0;
  }
  boost::asio::io_context context;
  testing::MemoryStreamPair pair =
      testing::MemoryStreamPair::Make(context.get_executor(), std::size_t{1} << 20U);
  pair.near->CutReads((input[0] & 8U) != 0 ? 1 : SIZE_MAX);
  pair.far->Push(input.subspan(1));
  pair.far->SendEof();
  // The dialogue may replace it, which the check does not see through the template.
  // NOLINTNEXTLINE(misc-const-correctness)
  std::unique_ptr<net::ByteStream> host = std::move(pair.near);
  const absl::Status status = testing::RunToEnd(context, dialogue(host, input[0]));
  const std::string words = status.ToString();
  ExpectKept(kPassword, words, input);
  for (const char character : words) {
    const auto byte = static_cast<unsigned char>(character);
    Expect(byte >= 0x20 && byte != 0x7F);
  }
  return 0;
}

}  // namespace porthole::fuzz
