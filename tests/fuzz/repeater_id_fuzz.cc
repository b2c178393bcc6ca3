// What a VNC server that dials in may call itself.

#include "base/target.h"
#include "net/repeater_id.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::array<std::uint8_t, porthole::net::kRepeaterHeadBytes> head{};
  std::copy_n(bytes, std::min(size, head.size()), head.begin());
  const auto id = porthole::net::ReadRepeaterId(head);
  if (id.ok()) {
    porthole::fuzz::Expect(porthole::ParseTarget("reverse:" + *id).ok());
  }
  return 0;
}
