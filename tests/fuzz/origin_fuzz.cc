// Origin and Host headers of a stranger. The input is the two, split at the first newline.
#include "admission/origin.h"
#include "tests/fuzz/require.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using porthole::admission::OriginAllowed;
using porthole::testing::Require;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string_view origin = text.substr(0, end);
  const std::string_view host = end == std::string_view::npos ? "" : text.substr(end + 1);
  const std::vector<std::string> listed = {"https://cloud.example"};
  const bool behind_proxy = OriginAllowed({.origin = origin, .host = host, .tls = false}, {});
  const bool over_tls = OriginAllowed({.origin = origin, .host = host, .tls = true}, {});
  // TLS here allows less, a list allows more, and what is listed does not depend on the host.
  Require(behind_proxy || !over_tls);
  Require(OriginAllowed({.origin = origin, .host = host, .tls = true}, listed) || !over_tls);
  const std::string_view here = "console.example";
  Require(!OriginAllowed({.origin = origin, .host = here, .tls = true}, {}) ||
          origin.size() <= std::string_view("https://console.example:00443").size());
  return 0;
}
