#pragma once

#include "net/byte_stream.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

namespace porthole::fuzz {

// Ends the fuzzer with a find.
inline void Expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// Runs `dialogue(stream)` against another side that says `script` and hangs up. Reads give at most
// `cut` bytes, 0: all there are. A dialogue that then waits for more is a find.
template <typename T, typename Dialogue>
T Converse(std::size_t cut, std::span<const std::uint8_t> script, const Dialogue& dialogue) {
  boost::asio::io_context context;
  const testing::MemoryStreamPair pair = testing::MemoryStreamPair::Make(context.get_executor());
  pair.near->CutReads(cut == 0 ? SIZE_MAX : cut);
  pair.far->Push(script);
  pair.far->SendEof();
  return testing::RunToEnd(context, dialogue(*pair.near));
}

}  // namespace porthole::fuzz
