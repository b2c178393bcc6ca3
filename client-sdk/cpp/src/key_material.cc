#include "porthole/client/key_material.h"

#include "base64url.h"
#include "file.h"
#include "status.h"
#include "text.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

namespace porthole::client {
namespace {

constexpr std::size_t kMaxFileBytes = 4096;

}  // namespace

KeyMaterial KeyMaterial::Generate() {
  KeyMaterial material;
  if (RAND_bytes(material.bytes_.data(), static_cast<int>(kBytes)) != 1) {
    std::abort();
  }
  return material;
}

absl::StatusOr<KeyMaterial> KeyMaterial::FromBytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() != kBytes) {
    return internal::InvalidArgument("a token key has 32 bytes, not " +
                                     std::to_string(bytes.size()));
  }
  KeyMaterial material;
  std::ranges::copy(bytes, material.bytes_.begin());
  return material;
}

absl::StatusOr<KeyMaterial> KeyMaterial::FromText(std::string_view text) {
  std::optional<std::vector<std::uint8_t>> bytes = internal::DecodeBase64Url(internal::Trim(text));
  if (!bytes.has_value()) {
    return internal::InvalidArgument("a token key is written as base64url without padding");
  }
  absl::StatusOr<KeyMaterial> material = FromBytes(*bytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return material;
}

absl::StatusOr<KeyMaterial> KeyMaterial::ReadFile(const std::string& path) {
  absl::StatusOr<std::string> text = internal::ReadFile(path, kMaxFileBytes);
  if (!text.ok()) {
    return text.status();
  }
  absl::StatusOr<KeyMaterial> material = FromText(*text);
  OPENSSL_cleanse(text->data(), text->size());
  if (!material.ok()) {
    return internal::InvalidArgument(path + ": " + std::string(material.status().message()));
  }
  return material;
}

KeyMaterial::~KeyMaterial() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

absl::Status KeyMaterial::SaveNewFile(const std::string& path) const {
  std::string text = internal::EncodeBase64Url(bytes_) + "\n";
  absl::Status saved = internal::WriteNewSecretFile(path, text);
  OPENSSL_cleanse(text.data(), text.size());
  return saved;
}

}  // namespace porthole::client
