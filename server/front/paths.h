#pragma once

#include <string_view>

namespace porthole::front {

// What the public port serves.
inline constexpr std::string_view kConsole = "/console";
inline constexpr std::string_view kWebSocketPath = "/websockify";
inline constexpr std::string_view kAssets = "/assets/";
inline constexpr std::string_view kFavicon = "/favicon.ico";

}  // namespace porthole::front
