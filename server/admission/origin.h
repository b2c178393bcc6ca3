#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::admission {

// What a request says of where it comes from and what it asks.
struct RequestOrigin {
  std::optional<std::string_view>
      origin;             // the Origin header (RFC 6454, section 7), if there is one
  std::string_view host;  // the Host header (RFC 9110, section 7.2)
  bool tls = false;       // whether it came over TLS to this process
};

// Whether a page of that origin may open a session here (design, section 5, step 2): its host and
// port equal the request's, or it is one of `listed` ("https://cloud.example", "null"). None at all
// is allowed: not a browser. Host names are compared without case, addresses by value, a missing
// port is the scheme's; behind a proxy that ends TLS both schemes are taken.
bool OriginAllowed(const RequestOrigin& request, const std::vector<std::string>& listed);

}  // namespace porthole::admission
