#include "rfb/security/plain.h"

#include "base/byte_order.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace porthole::rfb {

// Lengths of both, then both (U32, U32, text, text).
net::Awaitable<absl::Status> AuthenticatePlain(SecurityExchange exchange) {
  const std::string_view username = exchange.access.credentials.username;
  const std::string_view password = exchange.access.credentials.password.Reveal();
  constexpr std::size_t kHead = 8;
  std::vector<std::uint8_t> message(kHead + username.size() + password.size());
  const std::span<std::uint8_t> bytes(message);
  StoreU32(static_cast<std::uint32_t>(username.size()), bytes);
  StoreU32(static_cast<std::uint32_t>(password.size()), bytes.subspan(4));
  std::ranges::copy(username, bytes.subspan(kHead).begin());
  std::ranges::copy(password, bytes.subspan(kHead + username.size()).begin());
  absl::Status written = co_await exchange.host->Write(message);
  OPENSSL_cleanse(message.data(), message.size());
  co_return written;
}

}  // namespace porthole::rfb
