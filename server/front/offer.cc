#include "front/offer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace porthole::front {
namespace {

constexpr std::string_view kBinary = "binary";
constexpr std::string_view kTokenPrefix = "porthole.token.";

bool Offers(const std::vector<std::string>& offered, std::string_view name) {
  return std::ranges::find(offered, name) != offered.end();
}

}  // namespace

std::variant<Offer, HttpNo> ReadOffer(const net::HttpRequest& request) {
  const std::vector<std::string> offered =
      net::SplitHeader(request.Header("Sec-WebSocket-Protocol").value_or(""));
  Offer offer;
  for (const std::string& name : offered) {
    if (!name.starts_with(kTokenPrefix)) {
      continue;
    }
    if (!offer.token.empty()) {
      return BadRequest("More than one token was offered as a WebSocket subprotocol.");
    }
    offer.token = name.substr(kTokenPrefix.size());
  }
  if (Offers(offered, kOurSubprotocol)) {
    offer.subprotocol = kOurSubprotocol;
  } else if (Offers(offered, kBinary)) {
    offer.subprotocol = kBinary;
  } else if (!offered.empty()) {
    return BadRequest(
        "Of the WebSocket subprotocols, \"porthole.v1\" or \"binary\" must be offered.");
  }
  if (offer.token.empty()) {
    offer.token = net::QueryValue(request.query, "token").value_or("");
  }
  return offer;
}

}  // namespace porthole::front
