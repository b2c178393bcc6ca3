// The client-message parser must make the same of a stream however it is cut, and with a
// restriction must pass nothing that the restriction forbids. The first byte of the input holds the
// restrictions, the second where they change (0: never), the third how long the pieces are.

#include "rfb/client_messages.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace {

using porthole::fuzz::Expect;
using porthole::rfb::ClientMessages;
using porthole::rfb::MeasureMessage;
using porthole::rfb::MessageLength;
using porthole::rfb::Restrictions;

using Bytes = std::span<const std::uint8_t>;

struct Parsed {
  std::vector<std::uint8_t> passed;
  std::uint64_t messages = 0;
  bool broken = false;
  bool input = false;
  bool raw = false;
};

// Feeds pieces of `size` bytes.
Parsed Parse(ClientMessages& messages, Bytes stream, std::size_t size) {
  Parsed parsed;
  while (!stream.empty() && !parsed.broken) {
    const Bytes piece = stream.first(std::min(size, stream.size()));
    const auto passed = messages.Feed(piece);
    parsed.broken = !passed.ok();
    if (passed.ok()) {
      parsed.passed.insert(parsed.passed.end(), passed->begin(), passed->end());
    }
    stream = stream.subspan(piece.size());
  }
  parsed.messages = messages.Messages();
  parsed.input = messages.TookInput();
  parsed.raw = messages.Raw();
  return parsed;
}

// After an error it counts only what both passed before it.
void ExpectSame(const Parsed& one, const Parsed& other) {
  Expect(one.broken == other.broken);
  Expect(one.raw == other.raw);
  Expect(one.messages == other.messages);
  Expect(one.input == other.input);
  const std::size_t common = std::min(one.passed.size(), other.passed.size());
  Expect(one.broken || one.passed.size() == other.passed.size());
  Expect(std::equal(one.passed.begin(), one.passed.begin() + static_cast<std::ptrdiff_t>(common),
                    other.passed.begin()));
}

// What a host sees of a view-only session, read by its own eyes.
void ExpectNoInput(Bytes passed) {
  while (!passed.empty()) {
    const MessageLength length = MeasureMessage(passed, false);
    const bool harmless =
        passed[0] == 0 || passed[0] == 2 || passed[0] == 3 || passed[0] == 150 || passed[0] == 248;
    Expect(harmless);
    if (length.kind == MessageLength::Kind::kNeedsMore || length.bytes > passed.size()) {
      return;
    }
    Expect(length.kind == MessageLength::Kind::kKnown);
    passed = passed.subspan(length.bytes);
  }
}

Restrictions ReadRestrictions(unsigned bits) {
  return {.view_only = (bits & 1U) != 0, .clipboard_to_console = (bits & 2U) == 0};
}

void ParseInTwoWays(Restrictions restrictions, Bytes stream, std::size_t size) {
  ClientMessages whole_parser(restrictions);
  ClientMessages piece_parser(restrictions);
  const Parsed whole = Parse(whole_parser, stream, std::max<std::size_t>(stream.size(), 1));
  const Parsed pieces = Parse(piece_parser, stream, size);
  ExpectSame(whole, pieces);
  if (restrictions.view_only) {
    ExpectNoInput(pieces.passed);
  }
  if (!restrictions.Any() && !pieces.broken) {
    Expect(std::ranges::equal(pieces.passed, stream));
  }
}

// Changes the restrictions on the way. Where the parser agrees to restrict at a message border,
// nothing but what asks for pictures passes from there on.
void ParseWithChange(unsigned bits, Bytes stream, std::size_t change, std::size_t size) {
  ClientMessages messages(ReadRestrictions(bits));
  const std::size_t before = std::min(change, stream.size());
  if (Parse(messages, stream.first(before), size).broken) {
    return;
  }
  const bool agreed = messages.Restrict(ReadRestrictions(bits >> 2U)).ok();
  const Parsed after = Parse(messages, stream.subspan(before), size);
  // Each key that is let go came in a message of the same length.
  Expect(after.passed.size() <= 2 * stream.size());
  Expect(!agreed || !ReadRestrictions(bits >> 2U).Any() || !after.raw);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 3) {
    return 0;
  }
  const Bytes input(bytes, size);
  const std::size_t piece = std::max<std::size_t>(input[2], 1);
  if (input[1] == 0) {
    ParseInTwoWays(ReadRestrictions(input[0]), input.subspan(3), piece);
  } else {
    ParseWithChange(input[0], input.subspan(3), input[1], piece);
  }
  return 0;
}
