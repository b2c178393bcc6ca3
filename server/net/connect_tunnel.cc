#include "net/connect_tunnel.h"

#include "base/secret.h"
#include "base/status.h"
#include "base/target.h"
#include "net/http_answer.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace porthole::net {
namespace {

// "xen-1.example" or "xen-1.example:8443": the scheme's own port stays out (RFC 9110, section 7.2).
std::string HostHeader(const Tunnel& tunnel) {
  const bool v6 = tunnel.host.find(':') != std::string::npos;
  const std::string host = v6 ? "[" + tunnel.host + "]" : tunnel.host;
  const bool usual = tunnel.port == (tunnel.tls ? 443 : 80);
  return usual ? host : host + ":" + std::to_string(tunnel.port);
}

// Built in one allocation that is wiped: cookie and path are secrets.
Secret Request(const Tunnel& tunnel, const std::string& authority) {
  const std::string_view path = tunnel.path.Reveal();
  const std::string_view cookie = tunnel.cookie.Reveal();
  const std::string host = path.empty() ? authority : HostHeader(tunnel);
  std::string request;
  request.reserve(path.size() + cookie.size() + authority.size() + host.size() + 128);
  request += "CONNECT ";
  request += path.empty() ? authority : path;
  request += path.empty() ? " HTTP/1.1\r\nHost: " : " HTTP/1.0\r\nHost: ";
  request += host;
  if (!cookie.empty()) {
    request += "\r\nCookie: ";
    request += cookie;
  }
  request += "\r\n\r\n";
  return Secret(std::move(request));
}

}  // namespace

Awaitable<absl::Status> AskTunnel(ByteStream& stream, const Tunnel& tunnel, std::string authority) {
  const Secret request = Request(tunnel, authority);
  const std::string_view text = request.Reveal();
  const absl::Status sent =
      co_await stream.Write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  if (!sent.ok()) {
    co_return sent;
  }
  const absl::StatusOr<HttpAnswer> answer = co_await ReadHttpAnswer(stream);
  if (!answer.ok()) {
    co_return answer.status();
  }
  if (answer->status < 200 || answer->status > 299) {
    // Not its words: they may repeat what was asked.
    co_return Error(absl::StatusCode::kUnavailable,
                    "CONNECT was answered with " + std::to_string(answer->status));
  }
  co_return absl::OkStatus();
}

}  // namespace porthole::net
