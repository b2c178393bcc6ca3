#pragma once

#include <cstdlib>

namespace porthole::testing {

// Ends a fuzzer where what it holds of the code does not hold.
inline void Require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

}  // namespace porthole::testing
