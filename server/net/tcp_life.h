#pragma once

#include <cstdint>

namespace porthole::net {

// Bytes that the TCP peer of `descriptor` sent or acknowledged so far, as the kernel counts them:
// it grows as long as anybody is there, however slowly they read. 0 when it cannot be told.
std::uint64_t BytesHeard(int descriptor);

}  // namespace porthole::net
