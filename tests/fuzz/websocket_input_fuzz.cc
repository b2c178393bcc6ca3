// What a viewer may send over its WebSocket: read at once, and cut as the first byte says, it means
// the same.

#include "net/websocket_input.h"
#include "tests/fuzz/require.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using porthole::net::WebSocketInput;
using porthole::testing::Require;
using Next = WebSocketInput::Next;

struct Meaning {
  std::vector<std::uint8_t> payload;
  std::vector<std::vector<std::uint8_t>> controls;
  bool faulty = false;

  bool operator==(const Meaning&) const = default;
};

// Gives whether there was something to take.
bool TakeOne(WebSocketInput& input, Meaning& meaning) {
  const auto next = input.Peek();
  if (!next.ok()) {
    meaning.faulty = true;
    return false;
  }
  if (*next == Next::kMore) {
    return false;
  }
  if (*next == Next::kPayload) {
    std::array<std::uint8_t, 50> target{};
    const std::size_t count = input.TakePayload(target);
    Require(count > 0);
    meaning.payload.insert(meaning.payload.end(), target.begin(),
                           target.begin() + static_cast<long>(count));
    return true;
  }
  const std::span<const std::uint8_t> control = input.TakeControl();
  meaning.controls.emplace_back(control.begin(), control.end());
  if (*next == Next::kClose) {
    static_cast<void>(porthole::net::CloseCode(control));
  }
  return true;
}

// With `past`, long payloads are read past the room.
Meaning MeaningOf(std::span<const std::uint8_t> bytes, std::size_t step, bool past) {
  WebSocketInput input;
  Meaning meaning;
  for (;;) {
    while (TakeOne(input, meaning)) {
    }
    if (bytes.empty() || meaning.faulty) {
      return meaning;
    }
    std::array<std::uint8_t, 300> beyond{};
    const std::size_t left =
        past ? std::min<std::uint64_t>(beyond.size(), input.LeftPastRoom()) : 0;
    const std::span<std::uint8_t> room = left > 0 ? std::span(beyond).first(left) : input.Room();
    Require(!room.empty());
    const std::size_t count = std::min({room.size(), step, bytes.size()});
    std::ranges::copy(bytes.first(count), room.begin());
    bytes = bytes.subspan(count);
    if (left == 0) {
      input.Filled(count);
      continue;
    }
    input.TookPast(room.first(count));
    meaning.payload.insert(meaning.payload.end(), room.begin(),
                           room.begin() + static_cast<long>(count));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> input = std::span(bytes, size).subspan(1);
  const Meaning whole = MeaningOf(input, SIZE_MAX, false);
  Require(whole == MeaningOf(input, std::size_t{bytes[0]} + 1, false));
  Require(whole == MeaningOf(input, std::size_t{bytes[0]} + 1, true));
  return 0;
}
