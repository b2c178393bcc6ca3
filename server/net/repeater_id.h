#pragma once

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace porthole::net {

// What a VNC server sends to a repeater before it speaks RFB (UltraVNC's repeater, mode II): "ID:"
// and the id, filled up with zeros to this length.
constexpr std::size_t kRepeaterHeadBytes = 250;

// The id in that head. What follows its zero is not looked at: servers leave there what was.
// Errors: INVALID_ARGUMENT no "ID:", no end, empty, or other characters than a target's id has.
absl::StatusOr<std::string> ReadRepeaterId(std::span<const std::uint8_t, kRepeaterHeadBytes> head);

}  // namespace porthole::net
