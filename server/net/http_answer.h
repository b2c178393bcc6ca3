#pragma once

#include "net/byte_stream.h"
#include "net/http.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::net {

// The head of another server's answer: to CONNECT, or to the upgrade of a WebSocket.
struct HttpAnswer {
  unsigned status = 0;  // 100 to 599
  HeaderList headers;

  // The value of a header, joined by ", " where it was sent several times; names compare without
  // case. Nothing when it was not sent.
  std::optional<std::string> Header(std::string_view name) const;
};

constexpr std::size_t kMaxAnswerBytes = 8192;

// Reads a head (RFC 9112, sections 3 to 5) that ends with its empty line; lines end with CRLF or,
// as section 2.2 allows, LF. Errors: INVALID_ARGUMENT, saying what is wrong.
absl::StatusOr<HttpAnswer> ParseHttpAnswer(std::string_view head);

// Reads the head from `stream`, byte for byte: what follows it stays in the stream, which goes on
// to carry another protocol. Errors: as the stream's; INVALID_ARGUMENT also for a head of more than
// kMaxAnswerBytes, or one that ends too soon.
Awaitable<absl::StatusOr<HttpAnswer>> ReadHttpAnswer(ByteStream& stream);

}  // namespace porthole::net
