#include "token/cloudstack_material.h"

#include "base/base64url.h"
#include "base/status.h"
#include "token/cloudstack_base64.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace porthole::token {
namespace {

constexpr std::size_t kPartBytes = 16;
constexpr std::size_t kMaxHashKeyBytes = 128;
constexpr std::size_t kMaxOrigins = 16;
constexpr std::size_t kMaxOriginBytes = 256;

absl::Status Invalid(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, why);
}

bool IsVisible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

bool IsHashKey(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHashKeyBytes && IsVisible(text);
}

// The 16 bytes that `part` is or spells; nothing else has one of these lengths.
std::optional<Secret> PartOf(std::string_view part) {
  if (part.size() == kPartBytes) {
    return Secret(std::string(part));
  }
  std::optional<std::vector<std::uint8_t>> bytes = DecodeCloudStackBase64(part);
  if (!bytes.has_value() || bytes->size() != kPartBytes) {
    return std::nullopt;
  }
  Secret decoded(std::string(bytes->begin(), bytes->end()));
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return decoded;
}

bool IsOrigin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0 || text.size() > kMaxOriginBytes ||
      !IsVisible(text)) {
    return false;
  }
  const std::string_view rest = text.substr(scheme + 3);
  return !rest.empty() && rest.find_first_of("/?#@,") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<Secret> JoinCloudStackMaterial(std::string_view key,
                                              std::string_view iv,
                                              std::string_view hash_key) {
  const std::optional<Secret> key_bytes = PartOf(key);
  if (!key_bytes.has_value()) {
    return Invalid("key must be 16 bytes, or their base64");
  }
  const std::optional<Secret> iv_bytes = PartOf(iv);
  if (!iv_bytes.has_value()) {
    return Invalid("iv must be 16 bytes, or their base64");
  }
  if (!IsHashKey(hash_key)) {
    return Invalid("hash_key must be 1 to 128 visible ASCII characters");
  }
  std::string joined;
  joined.reserve((2 * kPartBytes) + hash_key.size());  // no copy is left behind by growing
  joined.append(key_bytes->Reveal()).append(iv_bytes->Reveal()).append(hash_key);
  return Secret(std::move(joined));
}

CloudStackMaterial SplitCloudStackMaterial(const Secret& material) {
  const std::string_view bytes = material.Reveal();
  return {.key = bytes.substr(0, kPartBytes),
          .iv = bytes.substr(kPartBytes, kPartBytes),
          .hash_key = bytes.substr(2 * kPartBytes)};
}

absl::Status CheckCloudStackMaterial(const Secret& material) {
  const bool long_enough = material.Reveal().size() > 2 * kPartBytes;
  if (!long_enough || !IsHashKey(SplitCloudStackMaterial(material).hash_key)) {
    return Invalid("a CloudStack key's material needs key, iv and hash key");
  }
  return absl::OkStatus();
}

absl::Status CheckExtraOrigins(const std::vector<std::string>& origins) {
  if (origins.size() > kMaxOrigins) {
    return Invalid("extra_origins must be at most 16");
  }
  return std::ranges::all_of(origins, IsOrigin)
             ? absl::OkStatus()
             : Invalid("extra_origins must be of the form https://cloud.example");
}

}  // namespace porthole::token
