#pragma once

#include "net/byte_stream.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::fuzz {

// Ends the fuzzer with a find.
inline void Expect(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// That `words` do not give `secret` away. A host that says the word itself is no leak of ours: the
// fuzzer reads it out of the comparison, and hides it between what never reaches our words.
inline void ExpectKept(std::string_view secret,
                       std::string_view words,
                       std::span<const std::uint8_t> said) {
  std::string printable;
  std::ranges::copy_if(said, std::back_inserter(printable),
                       [](std::uint8_t byte) { return byte >= 0x20 && byte < 0x7F; });
  Expect(printable.find(secret) != std::string::npos ||
         words.find(secret) == std::string_view::npos);
}

// Runs `dialogue(stream)`, the stream as a std::unique_ptr<net::ByteStream>&, against another side
// that says `script` and hangs up. Reads give at most `cut` bytes, 0: all there are. A dialogue
// that then waits for more is a find.
template <typename T, typename Dialogue>
T Converse(std::size_t cut, std::span<const std::uint8_t> script, const Dialogue& dialogue) {
  boost::asio::io_context context;
  testing::MemoryStreamPair pair = testing::MemoryStreamPair::Make(context.get_executor());
  pair.near->CutReads(cut == 0 ? SIZE_MAX : cut);
  pair.far->Push(script);
  pair.far->SendEof();
  std::unique_ptr<net::ByteStream> stream = std::move(pair.near);
  return testing::RunToEnd(context, dialogue(stream));
}

}  // namespace porthole::fuzz
