#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace porthole::rfb {

// The versions of the protocol that exist (RFC 6143, section 7.1.1). Ordered.
enum class ProtocolVersion : std::uint8_t { k33, k37, k38 };

// "3.3", "3.7" or "3.8".
std::string_view Name(ProtocolVersion version);

inline constexpr std::size_t kVersionBytes = 12;
using VersionMessage = std::array<std::uint8_t, kVersionBytes>;

// The message that announces `version`, e.g. "RFB 003.008\n".
VersionMessage Announce(ProtocolVersion version);

// Whether `start`, the first bytes of a version message, are those of one.
bool BeginsVersion(std::span<const std::uint8_t> start);

// What to answer to a host's version: 3.3 up to 003.006, 3.7, and 3.8 for 003.008, for Apple's
// 003.889 and for 4.x and 5.x. Errors: INVALID_ARGUMENT anything else; an UltraVNC repeater
// (000.000) is named.
absl::StatusOr<ProtocolVersion> AnswerToHost(const VersionMessage& message);

// The version that a viewer chose: exactly 003.003, 003.007 or 003.008.
// Errors: INVALID_ARGUMENT anything else.
absl::StatusOr<ProtocolVersion> ChosenByViewer(const VersionMessage& message);

}  // namespace porthole::rfb
