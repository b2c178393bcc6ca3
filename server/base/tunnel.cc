#include "base/tunnel.h"

#include "base/status.h"
#include "base/target.h"

#include <algorithm>
#include <utility>

namespace porthole {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

absl::Status Bad(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, "url " + std::string(why));
}

bool HasPort(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos &&
         authority.substr(colon).find(']') == std::string_view::npos;
}

}  // namespace

absl::StatusOr<Tunnel> ParseTunnelUrl(std::string_view url) {
  Tunnel tunnel;
  tunnel.tls = url.starts_with(kHttps);
  if (!tunnel.tls && !url.starts_with(kHttp)) {
    return Bad("needs to begin with http:// or https://");
  }
  url.remove_prefix(tunnel.tls ? kHttps.size() : kHttp.size());
  if (url.ends_with('/')) {
    url.remove_suffix(1);
  }
  // The rest is read as a target is, so that both have the same rules.
  const char* const usual_port = tunnel.tls ? ":443" : ":80";
  const std::string port = HasPort(url) ? "" : usual_port;
  absl::StatusOr<Target> place = ParseTarget("tcp://" + std::string(url) + port);
  if (!place.ok()) {
    return Bad("is not a host and a port: " + Message(place.status()));
  }
  tunnel.host = std::move(place->host);
  tunnel.port = place->port;
  return tunnel;
}

std::string ToString(const Tunnel& tunnel) {
  Target place;
  place.host = tunnel.host;
  place.port = tunnel.port;
  const std::string text = ToString(place);
  return std::string(tunnel.tls ? kHttps : kHttp) + text.substr(std::string_view("tcp://").size());
}

std::string WhyNotAskedFor(const Tunnel& tunnel) {
  const std::string_view path = tunnel.path.Reveal();
  const std::string_view cookie = tunnel.cookie.Reveal();
  if (!path.empty() && !path.starts_with('/')) {
    return "path must begin with /";
  }
  if (!std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F; })) {
    return "path has a space, a control character or one beyond ASCII";
  }
  if (!std::ranges::all_of(cookie, [](char c) { return c >= ' ' && c < 0x7F; })) {
    return "cookie has a control character or one beyond ASCII";
  }
  if (path.empty() && !cookie.empty()) {
    return "cookie goes with path only";
  }
  return "";
}

}  // namespace porthole
