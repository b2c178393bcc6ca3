#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace porthole::rfb {

// What a host said of itself until the end of ServerInit (RFC 6143, section 7.3.2).
struct HostGreeting {
  std::uint16_t width = 0;  // of the framebuffer, in pixels
  std::uint16_t height = 0;
  std::array<std::uint8_t, 16> pixel_format{};  // as the host sent it (section 7.4)
  std::string desktop_name;      // valid UTF-8 without control characters, at most 64 KiB
  std::string protocol_version;  // in force with the host: "3.3", "3.7" or "3.8"
  std::string security_type;     // by its name, e.g. "VncAuth"
};

}  // namespace porthole::rfb
