#include "front/offer.h"

#include "base/base64url.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace porthole::front {
namespace {

constexpr std::string_view kBinary = "binary";
constexpr std::string_view kTokenPrefix = "porthole.token.";
constexpr std::string_view kExtraPrefix = "porthole.extra.";

bool Offers(const std::vector<std::string>& offered, std::string_view name) {
  return std::ranges::find(offered, name) != offered.end();
}

// Takes what `name` brings along, if anything.
std::optional<HttpNo> Take(std::string_view name, Offer& offer) {
  if (name.starts_with(kTokenPrefix)) {
    if (!offer.token.empty()) {
      return BadRequest("More than one token was offered as a WebSocket subprotocol.");
    }
    offer.token = name.substr(kTokenPrefix.size());
  } else if (name.starts_with(kExtraPrefix)) {
    const auto extra = DecodeBase64Url(name.substr(kExtraPrefix.size()));
    if (!extra.has_value() || !offer.extra.empty()) {
      return BadRequest("One \"porthole.extra.\" may be offered, of base64url.");
    }
    offer.extra.assign(extra->begin(), extra->end());
  }
  return std::nullopt;
}

}  // namespace

std::variant<Offer, HttpNo> ReadOffer(const net::HttpRequest& request) {
  const std::vector<std::string> offered =
      net::SplitHeader(request.Header("Sec-WebSocket-Protocol").value_or(""));
  Offer offer;
  for (const std::string& name : offered) {
    if (std::optional<HttpNo> no = Take(name, offer)) {
      return *std::move(no);
    }
  }
  if (Offers(offered, kOurSubprotocol)) {
    offer.subprotocol = kOurSubprotocol;
  } else if (Offers(offered, kBinary)) {
    offer.subprotocol = kBinary;
  } else if (!offered.empty()) {
    return BadRequest(
        R"(Of the WebSocket subprotocols, "porthole.v1" or "binary" must be offered.)");
  }
  if (offer.token.empty()) {
    offer.token = net::QueryValue(request.query, "token").value_or("");
  }
  if (offer.extra.empty()) {
    offer.extra = net::QueryValue(request.query, "extra").value_or("");
  }
  return offer;
}

}  // namespace porthole::front
