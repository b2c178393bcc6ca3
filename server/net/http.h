#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::net {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Whether a request is a WebSocket upgrade as RFC 6455, section 4.2.1 wants it.
enum class UpgradeCheck : std::uint8_t {
  kNone,        // no upgrade to a WebSocket at all
  kBadVersion,  // Sec-WebSocket-Version is not 13
  kMalformed,   // not a GET over HTTP/1.1 with a proper Sec-WebSocket-Key and Connection
  kValid,
};

// A request's head; bodies are never read.
struct HttpRequest {
  std::string method;
  std::string authority;  // of a target in absolute form, "http://authority/path"; else empty
  std::string path;       // the target up to "?", as it was sent
  std::string query;      // what follows "?", as it was sent
  HeaderList headers;
  bool has_body = false;
  UpgradeCheck upgrade = UpgradeCheck::kNone;

  // The value of a header, joined by ", " where it was sent several times; names compare without
  // case. Nothing when it was not sent.
  std::optional<std::string> Header(std::string_view name) const;
  // How often a header was sent.
  std::size_t Count(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  HeaderList headers;  // beyond Content-Type, Content-Length, Date and Connection
  std::string content_type;
  std::shared_ptr<const std::string> body;  // shared, so that files are sent without a copy
};

// Takes a request's target apart: origin-form or absolute-form (RFC 9112, section 3.2); anything
// else becomes the path as it is.
void SetTarget(HttpRequest& request, std::string_view target);

// Whether a request that is good HTTP by its grammar names one host, as RFC 9112, section 3.2
// demands: exactly one Host (at most one before HTTP/1.1), and the target no other one.
bool NamesOneHost(const HttpRequest& request, bool http11);

// Whether a body follows the head, as far as the head says; a transfer coding of any kind counts.
bool AnnouncesBody(const HttpRequest& request);

// The value of `name` in a query, percent-decoded ('+' stays: it is not a space in a token).
// Nothing when it is not there or not decodable; the first one counts.
std::optional<std::string> QueryValue(std::string_view query, std::string_view name);

// The members of a comma-separated header, white space trimmed, empty ones left out.
std::vector<std::string> SplitHeader(std::string_view value);

}  // namespace porthole::net
