#include "rfb/protocol_version.h"

#include "base/status.h"
#include "rfb/clean_text.h"

#include <algorithm>
#include <optional>
#include <string>

namespace porthole::rfb {
namespace {

constexpr std::string_view kBegin = "RFB ";

struct Numbers {
  unsigned major = 0;
  unsigned minor = 0;
};

std::optional<unsigned> ReadDigits(std::span<const std::uint8_t> digits) {
  unsigned number = 0;
  for (const std::uint8_t digit : digits) {
    if (digit < '0' || digit > '9') {
      return std::nullopt;
    }
    number = 10 * number + (digit - unsigned{'0'});
  }
  return number;
}

// The numbers of "RFB xxx.yyy\n"; nothing when the message has another shape.
std::optional<Numbers> ReadNumbers(const VersionMessage& message) {
  const std::span<const std::uint8_t> bytes(message);
  const std::optional<unsigned> major = ReadDigits(bytes.subspan(4, 3));
  const std::optional<unsigned> minor = ReadDigits(bytes.subspan(8, 3));
  if (!BeginsVersion(bytes) || bytes[7] != '.' || bytes[11] != '\n' || !major || !minor) {
    return std::nullopt;
  }
  return Numbers{.major = *major, .minor = *minor};
}

absl::Status NotSpoken(const VersionMessage& message) {
  return Error(absl::StatusCode::kInvalidArgument,
               "not a protocol version that is spoken: \"" + CleanText(message) + "\"");
}

}  // namespace

std::string_view Name(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::k33:
      return "3.3";
    case ProtocolVersion::k37:
      return "3.7";
    case ProtocolVersion::k38:
      return "3.8";
  }
  return "";
}

VersionMessage Announce(ProtocolVersion version) {
  constexpr std::string_view kText = "RFB 003.00?\n";
  VersionMessage message{};
  std::ranges::copy(kText, message.begin());
  message[10] = static_cast<std::uint8_t>(Name(version).back());
  return message;
}

bool BeginsVersion(std::span<const std::uint8_t> start) {
  const std::size_t count = std::min(start.size(), kBegin.size());
  return std::ranges::equal(start.first(count), kBegin.substr(0, count));
}

absl::StatusOr<ProtocolVersion> AnswerToHost(const VersionMessage& message) {
  const std::optional<Numbers> version = ReadNumbers(message);
  if (!version) {
    return NotSpoken(message);
  }
  if (version->major == 0 && version->minor == 0) {
    return absl::InvalidArgumentError("the host is a VNC repeater (RFB 000.000), not a VNC server");
  }
  if (version->major == 4 || version->major == 5) {
    return ProtocolVersion::k38;
  }
  if (version->major != 3) {
    return NotSpoken(message);
  }
  if (version->minor <= 6) {
    return ProtocolVersion::k33;
  }
  if (version->minor == 7) {
    return ProtocolVersion::k37;
  }
  if (version->minor == 8 || version->minor == 889) {
    return ProtocolVersion::k38;
  }
  return NotSpoken(message);
}

absl::StatusOr<ProtocolVersion> ChosenByViewer(const VersionMessage& message) {
  for (const ProtocolVersion version :
       {ProtocolVersion::k33, ProtocolVersion::k37, ProtocolVersion::k38}) {
    if (message == Announce(version)) {
      return version;
    }
  }
  return NotSpoken(message);
}

}  // namespace porthole::rfb
