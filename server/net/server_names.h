#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace porthole::net {

// Which of several things, each known by its place, a TLS client means by the name it asks for.
class ServerNames {
 public:
  // `pattern` is a name, or "*." and a name for every name one label below it. Of two places with
  // the same pattern the first that was added counts.
  void Add(std::string_view pattern, std::size_t place);

  // The place of exactly this name, else of the pattern above it.
  std::optional<std::size_t> Find(std::string_view name) const;

 private:
  std::map<std::string, std::size_t, std::less<>> places_;  // in lower case
};

// The host's name in the server_name extension of a ClientHello (RFC 6066, section 3). Empty for
// what is none or is malformed: OpenSSL reads it again and ends such a handshake.
std::string_view ServerNameIn(std::span<const unsigned char> extension);

}  // namespace porthole::net
