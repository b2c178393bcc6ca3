// What a proxy says of its client: the PROXY protocol's two versions.

#include "net/proxy_header.h"
#include "tests/fuzz/require.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  namespace net = porthole::net;
  const std::span input(bytes, size);
  const std::string line(input.begin(), input.end());
  const auto by_line = net::ParseProxyLine(line);
  const auto by_header = net::ParseProxyHeader(input);
  // No bytes are both.
  porthole::testing::Require(!by_line.ok() || !by_header.ok());
  porthole::testing::Require(!by_line.ok() || net::IsProxyVersion1(input));
  porthole::testing::Require(!by_header.ok() || net::IsProxyVersion2(input));
  if (by_line.ok() && by_line->has_value()) {
    // A malformed line must not be read as some other address: it stands there as a word.
    const auto words = std::ranges::count(line, ' ');
    porthole::testing::Require(words == 5);
  }
  return 0;
}
