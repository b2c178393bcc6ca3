#pragma once

#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace porthole::testing {

// One line of a dialogue, seen from the host.
struct Line {
  enum class Kind : std::uint8_t { kSays, kHears, kHearsAny };

  Kind kind;
  std::string bytes;
};

inline Line Says(std::string bytes) {
  return {.kind = Line::Kind::kSays, .bytes = std::move(bytes)};
}
inline Line Hears(std::string bytes) {
  return {.kind = Line::Kind::kHears, .bytes = std::move(bytes)};
}

// As many bytes, whatever they are.
inline Line HearsAny(std::size_t bytes) {
  return {.kind = Line::Kind::kHearsAny, .bytes = std::string(bytes, '?')};
}

using Script = std::vector<Line>;

// What the host of a script does instead of going on.
struct Fault {
  enum class Kind : std::uint8_t { kHangsUp, kStalls };

  std::size_t at_byte = SIZE_MAX;  // of all that it says
  Kind kind = Kind::kHangsUp;
};

// How many bytes the host of `script` says.
inline std::size_t SaidBytes(const Script& script) {
  std::size_t bytes = 0;
  for (const Line& line : script) {
    bytes += line.kind == Line::Kind::kSays ? line.bytes.size() : 0;
  }
  return bytes;
}

// All that the host of `script` hears.
inline std::string HeardIn(const Script& script) {
  std::string heard;
  for (const Line& line : script) {
    heard += line.kind == Line::Kind::kHears ? line.bytes : "";
  }
  return heard;
}

// A host that plays a script over a stream, strictly in turn: it says nothing before it has heard
// what the script has before that, and nothing any more once it heard something else.
class ScriptedHost {
 public:
  // All must outlive Play().
  ScriptedHost(net::ByteStream& stream, const Script& script, Fault fault)
      : stream_(stream), script_(script), fault_(fault) {}

  net::Awaitable<absl::Status> Play() {
    for (const Line& line : script_) {
      if (!(line.kind == Line::Kind::kSays ? co_await Say(line.bytes) : co_await Hear(line))) {
        break;
      }
    }
    if (fault_.kind == Fault::Kind::kHangsUp && said_ >= fault_.at_byte) {
      stream_.Close({});
    }
    co_return absl::OkStatus();
  }

  const std::string& Heard() const { return heard_; }

 private:
  net::Awaitable<bool> Say(std::string bytes) {
    const bool cut = fault_.at_byte - said_ <= bytes.size();
    bytes.resize(cut ? fault_.at_byte - said_ : bytes.size());
    said_ += bytes.size();
    const bool written = (co_await stream_.Write(AsBytes(bytes))).ok();
    co_return written && !cut;
  }

  net::Awaitable<bool> Hear(const Line& line) {
    for (const char expected : line.bytes) {
      std::array<std::uint8_t, 1> byte{};
      if (!(co_await stream_.ReadSome(byte)).ok()) {
        co_return false;
      }
      heard_ += static_cast<char>(byte[0]);
      if (line.kind == Line::Kind::kHears && heard_.back() != expected) {
        co_return false;
      }
    }
    co_return true;
  }

  net::ByteStream& stream_;
  const Script& script_;
  Fault fault_;
  std::string heard_;
  std::size_t said_ = 0;
};

}  // namespace porthole::testing
