#include "front/replies.h"

#include "base/status.h"
#include "telemetry/json_text.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace porthole::front {
namespace {

using telemetry::HttpRefusal;

constexpr std::size_t kMaxText = 4096;

// Design, section 7: 400 missing or malformed, 403 invalid, forbidden or revoked, 410 expired or
// used, 429, 503.
unsigned StatusOf(EndReason reason) {
  switch (reason) {
    case EndReason::kTokenMissing:
      return 400;
    case EndReason::kTokenExpired:
    case EndReason::kTokenUsed:
      return 410;
    case EndReason::kTooMany:
      return 429;
    case EndReason::kDraining:
    case EndReason::kInternalError:
      return 503;
    default:
      return 403;
  }
}

}  // namespace

HttpNo BadRequest(std::string message) {
  return {400, HttpRefusal::kBadRequest, "bad_request", std::move(message), {}};
}

HttpNo TooLarge() {
  return {431,
          HttpRefusal::kTooLarge,
          "header_too_large",
          "The request's header is longer than 16 KiB.",
          {}};
}

HttpNo NotFound() {
  return {404,
          HttpRefusal::kNotFound,
          "not_found",
          "There is nothing at this address. Open the console from your cloud portal.",
          {}};
}

HttpNo MethodNotAllowed(const std::string& allowed) {
  return {405,
          HttpRefusal::kMethod,
          "method_not_allowed",
          "The methods that are answered here: " + allowed + ".",
          {{"Allow", allowed}}};
}

std::optional<HttpNo> UnreadRequest(const absl::Status& why) {
  switch (why.code()) {
    case absl::StatusCode::kInvalidArgument:
      return BadRequest("This is not a proper request (" + Message(why) + ").");
    case absl::StatusCode::kResourceExhausted:
      return TooLarge();
    default:
      return std::nullopt;
  }
}

HttpNo UpgradeRequired() {
  return {426,
          HttpRefusal::kUpgradeRequired,
          "upgrade_required",
          "This address speaks WebSocket (RFC 6455, version 13) only.",
          {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}}};
}

HttpNo OriginRefused() {
  return {403,
          HttpRefusal::kOrigin,
          std::string(Name(EndReason::kForbidden)),
          "A page of another site may not open consoles here.",
          {}};
}

HttpNo TooManyAttempts(std::chrono::seconds retry_after) {
  return {429,
          HttpRefusal::kTooMany,
          std::string(Name(EndReason::kTooMany)),
          "Too many attempts from your network address. Wait a little and try again.",
          {{"Retry-After", std::to_string(retry_after.count())}}};
}

HttpNo TooManyConnections() {
  return {429,
          HttpRefusal::kTooMany,
          std::string(Name(EndReason::kTooMany)),
          "Too many connections from your network address. Close some and try again.",
          {{"Retry-After", "5"}}};
}

HttpNo NodeIsFull() {
  return {503,
          HttpRefusal::kUnavailable,
          std::string(Name(EndReason::kTooMany)),
          "This console server is full. Try again in a moment.",
          {{"Retry-After", "5"}}};
}

HttpNo LinkRefused(const Refusal& refusal) {
  HttpNo no{StatusOf(refusal.reason),
            HttpRefusal::kLink,
            std::string(Name(refusal.reason)),
            refusal.sentence,
            {}};
  if (no.status == 503) {
    no.counted = HttpRefusal::kUnavailable;
    no.headers.emplace_back("Retry-After", "5");
  }
  return no;
}

net::HttpResponse JsonReply(const HttpNo& no) {
  net::HttpResponse response;
  response.status = no.status;
  response.headers = no.headers;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.content_type = "application/json";
  std::string body = "{\"reason\":";
  telemetry::AppendJsonString(body, no.reason, kMaxText);
  body += ",\"message\":";
  telemetry::AppendJsonString(body, no.message, kMaxText);
  body += "}\n";
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

}  // namespace porthole::front
