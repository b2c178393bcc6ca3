// The follower of host messages must make the same of a stream however it is cut, must pass every
// byte where nothing is closed, and no clipboard text where the way from the console is. The first
// byte of the input holds the restrictions, the second the sizes of pixels, the third how long the
// pieces are.

#include "rfb/host_messages.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using porthole::fuzz::Expect;
using porthole::rfb::HostMessages;
using porthole::rfb::PixelSizes;
using porthole::rfb::Restrictions;

using Bytes = std::span<const std::uint8_t>;

struct Followed {
  std::vector<std::uint8_t> passed;
  bool broken = false;
};

// Feeds pieces of `size` bytes.
Followed Follow(Restrictions restrictions, PixelSizes sizes, Bytes stream, std::size_t size) {
  HostMessages messages(restrictions, sizes);
  Followed followed;
  while (!stream.empty() && !followed.broken) {
    const Bytes piece = stream.first(std::min(size, stream.size()));
    std::vector<std::uint8_t> room(HostMessages::kHeadroom);
    room.insert(room.end(), piece.begin(), piece.end());
    const auto passed = messages.Feed(room);
    followed.broken = !passed.ok();
    if (passed.ok()) {
      followed.passed.insert(followed.passed.end(), passed->begin(), passed->end());
    }
    stream = stream.subspan(piece.size());
  }
  return followed;
}

void ExpectSame(const Followed& one, const Followed& other) {
  Expect(one.broken == other.broken);
  Expect(one.broken || one.passed == other.passed);
  const std::size_t common = std::min(one.passed.size(), other.passed.size());
  Expect(std::ranges::equal(Bytes(one.passed).first(common), Bytes(other.passed).first(common)));
}

PixelSizes ReadSizes(std::uint8_t bits) {
  constexpr std::array<PixelSizes, 5> kSizes = {{{.pixel = 4, .tight = 3},
                                                 {.pixel = 4, .tight = 4},
                                                 {.pixel = 4, .tight = 0},
                                                 {.pixel = 2, .tight = 2},
                                                 {.pixel = 1, .tight = 1}}};
  return kSizes.at(bits % kSizes.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  const Bytes input(bytes, size);
  const Restrictions restrictions{.clipboard_to_console = (input[0] & 1U) == 0,
                                  .clipboard_from_console = (input[0] & 2U) == 0};
  const PixelSizes sizes = ReadSizes(input[1]);
  const Bytes stream = input.subspan(3);
  const Followed whole =
      Follow(restrictions, sizes, stream, std::max<std::size_t>(stream.size(), 1));
  ExpectSame(whole, Follow(restrictions, sizes, stream, std::max<std::size_t>(input[2], 1)));
  if (restrictions.clipboard_from_console && restrictions.clipboard_to_console && !whole.broken) {
    // All of it, but for the head of a text that may still be incomplete at the end.
    Expect(whole.passed.size() <= stream.size());
    Expect(stream.size() - whole.passed.size() < HostMessages::kHeadroom);
    Expect(std::ranges::equal(whole.passed, stream.first(whole.passed.size())));
  }
  // What passed is followed again, by one that lets nothing more through: nothing is taken out.
  if (!whole.broken) {
    const Followed again = Follow(restrictions, sizes, whole.passed, SIZE_MAX);
    Expect(!again.broken && again.passed == whole.passed);
  }
  return 0;
}
