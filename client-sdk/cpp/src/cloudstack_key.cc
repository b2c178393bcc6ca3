#include "porthole/client/cloudstack_key.h"

#include "file.h"
#include "status.h"
#include "text.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace porthole::client {
namespace {

constexpr std::size_t kMaxFileBytes = 4096;
constexpr std::size_t kMaxHashKeyBytes = 128;
constexpr std::size_t kSixteenBytesAsText = 22;  // base64 without its padding

bool IsBase64Character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '-' || c == '_';
}

// The node decodes it; a mistake is told here, before it travels.
bool SpellsSixteenBytes(std::string_view text) {
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  }
  return text.size() == kSixteenBytesAsText && std::ranges::all_of(text, IsBase64Character);
}

bool IsHashKey(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHashKeyBytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
}

}  // namespace

absl::StatusOr<CloudStackKey> CloudStackKey::FromTexts(std::string_view key,
                                                       std::string_view iv,
                                                       std::string_view hash_key) {
  CloudStackKey made;
  made.key_ = internal::Trim(key);
  made.iv_ = internal::Trim(iv);
  made.hash_key_ = internal::Trim(hash_key);
  if (!SpellsSixteenBytes(made.key_)) {
    return internal::InvalidArgument("security.encryption.key is 16 bytes as base64");
  }
  if (!SpellsSixteenBytes(made.iv_)) {
    return internal::InvalidArgument("security.encryption.iv is 16 bytes as base64");
  }
  if (!IsHashKey(made.hash_key_)) {
    return internal::InvalidArgument("security.hash.key is 1 to 128 visible characters");
  }
  return made;
}

absl::StatusOr<CloudStackKey> CloudStackKey::ReadFiles(const std::string& key_file,
                                                       const std::string& iv_file,
                                                       const std::string& hash_key_file) {
  const std::array<const std::string*, 3> files = {&key_file, &iv_file, &hash_key_file};
  std::array<std::string, 3> texts;
  absl::Status read;
  for (std::size_t i = 0; i < files.size() && read.ok(); ++i) {
    absl::StatusOr<std::string> text = internal::ReadFile(*files.at(i), kMaxFileBytes);
    read = text.status();
    if (text.ok()) {
      texts.at(i) = *std::move(text);
    }
  }
  absl::StatusOr<CloudStackKey> key =
      read.ok() ? FromTexts(texts[0], texts[1], texts[2]) : absl::StatusOr<CloudStackKey>(read);
  std::ranges::for_each(texts, Wipe);
  return key;
}

CloudStackKey::~CloudStackKey() {
  Wipe(key_);
  Wipe(iv_);
  Wipe(hash_key_);
}

}  // namespace porthole::client
