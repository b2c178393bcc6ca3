// What a host may send over a WebSocket once there is one. The first byte of the input tells how
// the bytes are cut.

#include "net/timers.h"
#include "net/websocket_host.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace {

using porthole::fuzz::Expect;
using porthole::testing::MemoryStreamPair;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  boost::asio::io_context context;
  porthole::net::Timers timers(context);
  MemoryStreamPair pair = MemoryStreamPair::Make(context.get_executor());
  pair.near->CutReads(bytes[0] == 0 ? SIZE_MAX : bytes[0]);
  pair.far->Push(std::span(bytes, size).subspan(1));
  pair.far->SendEof();
  porthole::net::WebSocketHost stream(std::move(pair.near), context.get_executor(), timers);
  std::array<std::uint8_t, 100> target{};
  std::size_t taken = 0;
  for (;;) {
    const auto count = porthole::testing::RunToEnd(context, stream.ReadSome(target));
    if (!count.ok()) {
      break;
    }
    Expect(*count > 0 && *count <= target.size());
    taken += *count;
    Expect(taken < size);
    static_cast<void>(pair.far->Take());  // pongs
  }
  stream.Close({});
  context.restart();
  context.poll();
  return 0;
}
