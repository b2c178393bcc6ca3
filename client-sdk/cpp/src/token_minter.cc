#include "porthole/client/token_minter.h"

#include "jwe.h"
#include "status.h"
#include "text.h"
#include "token_payload.h"

#include <openssl/crypto.h>

#include <utility>

namespace porthole::client {

TokenMinter::TokenMinter(std::string key_id, const KeyMaterial& material)
    : key_id_(std::move(key_id)), material_(material) {}

absl::StatusOr<std::string> TokenMinter::Mint(const TokenClaims& claims) const {
  return MintAt(claims, std::chrono::system_clock::now());
}

absl::StatusOr<std::string> TokenMinter::MintAt(const TokenClaims& claims,
                                                std::chrono::system_clock::time_point now) const {
  if (!internal::IsKeyId(key_id_)) {
    return internal::InvalidArgument("the key id must be 1 to 64 of A-Z a-z 0-9 . _ -");
  }
  absl::StatusOr<std::string> payload = internal::TokenPayload(claims, now);
  if (!payload.ok()) {
    return payload.status();
  }
  absl::StatusOr<std::string> token = internal::SealJwe(key_id_, material_.Bytes(), *payload);
  OPENSSL_cleanse(payload->data(), payload->size());
  return token;
}

}  // namespace porthole::client
