#include "net/proxy_header.h"

#include "base/byte_order.h"
#include "base/status.h"

#include <algorithm>
#include <array>
#include <string>

namespace porthole::net {
namespace {

constexpr std::array<std::uint8_t, kProxyMarkBytes> kSignature = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
constexpr std::string_view kLineBegin = "PROXY ";

// Version 2's thirteenth and fourteenth byte.
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxy = 0x21;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;
constexpr std::size_t kTcp4Bytes = 12;
constexpr std::size_t kTcp6Bytes = 36;

absl::Status Bad(std::string_view what) {
  return Error(absl::StatusCode::kInvalidArgument, "PROXY protocol: " + std::string(what));
}

// The next word, and the one space before it gone; empty where there is none.
std::string_view TakeWord(std::string_view& text) {
  if (!text.starts_with(' ')) {
    return {};
  }
  text.remove_prefix(1);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

bool IsPort(std::string_view text) {
  const bool digits = !text.empty() && text.size() <= 5 &&
                      std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits && (text == "0" || text.front() != '0') && std::stoul(std::string(text)) <= 65535;
}

std::optional<IpAddress> ReadAddress(std::string_view text, bool v4) {
  const bool colons = text.find(':') != std::string_view::npos;
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(text);
  // In brackets, or of the other family, it is not what section 2.1 asks for.
  return address.ok() && colons != v4 && !text.starts_with('[') ? std::optional(*address)
                                                                : std::nullopt;
}

}  // namespace

bool IsProxyVersion2(std::span<const std::uint8_t> mark) {
  return std::ranges::equal(mark.first(std::min(mark.size(), kProxyMarkBytes)), kSignature);
}

bool IsProxyVersion1(std::span<const std::uint8_t> mark) {
  return mark.size() >= kLineBegin.size() &&
         std::ranges::equal(mark.first(kLineBegin.size()), kLineBegin);
}

absl::StatusOr<std::size_t> ProxyRest(std::span<const std::uint8_t, kProxyHeadBytes> head) {
  const std::size_t rest = LoadU16(head.subspan<14, 2>());
  if (rest > kMaxProxyRestBytes) {
    return Bad("a header of " + std::to_string(rest) + " bytes");
  }
  return rest;
}

absl::StatusOr<ProxiedClient> ParseProxyHeader(std::span<const std::uint8_t> header) {
  if (header.size() < kProxyHeadBytes || !IsProxyVersion2(header)) {
    return Bad("no header of version 2");
  }
  const std::uint8_t command = header[12];
  const std::uint8_t family = header[13];
  const auto body = header.subspan(kProxyHeadBytes);
  if (body.size() != LoadU16(header.subspan<14, 2>())) {
    return Bad("a header that is shorter or longer than it says");
  }
  if (command == kLocal) {
    return std::nullopt;
  }
  if (command != kProxy) {
    return Bad("a version or command that is not known");
  }
  if (family == kTcp4 && body.size() >= kTcp4Bytes) {
    std::array<std::uint8_t, 4> bytes{};
    std::ranges::copy(body.first<4>(), bytes.begin());
    return IpAddress::V4(bytes);
  }
  if (family == kTcp6 && body.size() >= kTcp6Bytes) {
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::copy(body.first<16>(), bytes.begin());
    return IpAddress::V6(bytes);
  }
  if (family == kTcp4 || family == kTcp6) {
    return Bad("a header that is too short for its addresses");
  }
  return std::nullopt;  // a family without an IP address
}

absl::StatusOr<ProxiedClient> ParseProxyLine(std::string_view line) {
  if (!line.starts_with("PROXY") || !line.ends_with("\r\n") || line.size() > kMaxProxyLineBytes) {
    return Bad("no line of version 1");
  }
  line.remove_prefix(kLineBegin.size() - 1);
  line.remove_suffix(2);
  const std::string_view family = TakeWord(line);
  if (family == "UNKNOWN") {
    return std::nullopt;  // what follows is to be ignored
  }
  if (family != "TCP4" && family != "TCP6") {
    return Bad("a family that is not known");
  }
  const auto client = ReadAddress(TakeWord(line), family == "TCP4");
  const auto server = ReadAddress(TakeWord(line), family == "TCP4");
  const bool from = IsPort(TakeWord(line));
  const bool to = IsPort(TakeWord(line));
  if (!client.has_value() || !server.has_value() || !from || !to || !line.empty()) {
    return Bad("a malformed line");
  }
  return client;
}

}  // namespace porthole::net
