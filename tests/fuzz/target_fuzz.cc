// The small readers of base: targets, addresses, prefixes, base64url. What one of them reads has
// one spelling, and that is read as the same again.
#include "base/base64url.h"
#include "base/ip_address.h"
#include "base/target.h"
#include "tests/fuzz/require.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using porthole::IpAddress;
using porthole::IpPrefix;
using porthole::testing::Require;

void ReadTarget(std::string_view text) {
  const auto target = porthole::ParseTarget(text);
  if (target.ok()) {
    const std::string spelled = ToString(*target);
    const auto again = porthole::ParseTarget(spelled);
    Require(again.ok() && *again == *target && ToString(*again) == spelled);
    Require(std::ranges::all_of(spelled, [](char c) { return c > ' ' && c < 0x7F; }));
  }
}

void ReadAddress(std::string_view text) {
  const auto address = IpAddress::Parse(text);
  if (address.ok()) {
    const auto again = IpAddress::Parse(address->ToString());
    Require(again.ok() && *again == *address);
    Require(address->WithoutNat64().WithoutNat64() == address->WithoutNat64());
  }
}

void ReadPrefix(std::string_view text) {
  const auto prefix = IpPrefix::Parse(text);
  if (prefix.ok()) {
    const auto again = IpPrefix::Parse(prefix->ToString());
    Require(again.ok() && *again == *prefix);
    Require(prefix->Contains(prefix->Address()));
    Require(IpPrefix::Of(prefix->Address(), prefix->Length()) == *prefix);
  }
}

void ReadBase64Url(std::string_view text) {
  const auto bytes = porthole::DecodeBase64Url(text);
  if (bytes.has_value()) {
    Require(porthole::EncodeBase64Url(*bytes) == text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReadTarget(text);
  ReadAddress(text);
  ReadPrefix(text);
  ReadBase64Url(text);
  return 0;
}
