#include "net/websocket_upgrade.h"

#include "base/letter_case.h"
#include "base/status.h"
#include "net/http_answer.h"
#include "net/websocket_key.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace porthole::net {
namespace {

constexpr std::string_view kSubprotocol = "binary";

bool Lists(const HttpAnswer& answer, std::string_view header, std::string_view word) {
  const std::vector<std::string> members = SplitHeader(answer.Header(header).value_or(""));
  return std::ranges::any_of(
      members, [word](const std::string& member) { return SameIgnoringCase(member, word); });
}

// RFC 6455, section 4.1, what a client must check.
const char* WhatIsWrong(const HttpAnswer& answer, const std::string& key) {
  if (!SameIgnoringCase(answer.Header("Upgrade").value_or(""), "websocket") ||
      !Lists(answer, "Connection", "upgrade")) {
    return "it does not upgrade to a WebSocket";
  }
  if (answer.Header("Sec-WebSocket-Accept").value_or("") != AcceptOf(key)) {
    return "it does not answer the key that was asked with";
  }
  if (answer.Header("Sec-WebSocket-Extensions").has_value()) {
    return "it has an extension that was not offered";
  }
  if (answer.Header("Sec-WebSocket-Protocol").value_or(std::string(kSubprotocol)) != kSubprotocol) {
    return "it has a subprotocol that was not offered";
  }
  return nullptr;
}

}  // namespace

Awaitable<absl::Status> AskUpgrade(ByteStream& stream, std::string host, std::string path) {
  const std::string key = NewWebSocketKey();
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + host +
                              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: " +
                              key + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " +
                              std::string(kSubprotocol) + "\r\n\r\n";
  const absl::Status sent = co_await stream.Write(
      {reinterpret_cast<const std::uint8_t*>(request.data()), request.size()});
  if (!sent.ok()) {
    co_return sent;
  }
  const absl::StatusOr<HttpAnswer> answer = co_await ReadHttpAnswer(stream);
  if (!answer.ok()) {
    co_return answer.status();
  }
  if (answer->status != 101) {
    co_return Error(
        absl::StatusCode::kUnavailable,
        "the upgrade to a WebSocket was answered with " + std::to_string(answer->status));
  }
  if (const char* const wrong = WhatIsWrong(*answer, key); wrong != nullptr) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    std::string("the upgrade's answer: ") + wrong);
  }
  co_return absl::OkStatus();
}

}  // namespace porthole::net
