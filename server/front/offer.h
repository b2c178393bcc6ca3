#pragma once

#include "front/replies.h"
#include "net/http.h"

#include <string>
#include <string_view>
#include <variant>

namespace porthole::front {

// The subprotocol of our own page: RFB in binary messages, and text messages of ours beside it
// (docs/viewer-messages.md).
inline constexpr std::string_view kOurSubprotocol = "porthole.v1";

// What a WebSocket request brings along (design, section 4.3).
struct Offer {
  std::string token;        // as it came; empty when there is none
  std::string extra;        // CloudStack's `extra`; empty when there is none
  std::string subprotocol;  // the one to choose; empty: none was offered
};

// Reads the subprotocols and the query of a valid upgrade. The token comes as the subprotocol
// "porthole.token.<token>", which is never chosen, or as "?token="; `extra` as
// "porthole.extra.<base64url>" or "?extra=". A request that offers only
// subprotocols unknown here is refused: a browser would fail the connection without a word.
std::variant<Offer, HttpNo> ReadOffer(const net::HttpRequest& request);

}  // namespace porthole::front
