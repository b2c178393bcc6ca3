#include "token/jwe.h"

#include "base/base64url.h"
#include "base/status.h"
#include "token/json.h"

#include <boost/json/object.hpp>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <optional>
#include <utility>

namespace porthole::token {
namespace {

constexpr std::size_t kIvBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kParts = 5;
constexpr std::size_t kMaxTypeBytes = 128;  // of `typ` and `cty`, which say nothing to us

using Parts = std::array<std::string_view, kParts>;

absl::Status Malformed(const std::string& why) {
  return Error(absl::StatusCode::kInvalidArgument, why);
}

absl::Status OkIf(bool holds, const char* otherwise) {
  return holds ? absl::OkStatus() : Malformed(otherwise);
}

absl::StatusOr<Parts> Split(std::string_view token) {
  Parts parts;
  for (std::size_t i = 0; i < kParts; ++i) {
    const std::size_t dot = token.find('.');
    const bool last = i + 1 == kParts;
    if ((dot == std::string_view::npos) != last) {
      return Malformed("a JWE has five parts");
    }
    parts.at(i) = token.substr(0, dot);
    token.remove_prefix(last ? token.size() : dot + 1);
  }
  return parts;
}

absl::StatusOr<std::vector<std::uint8_t>> Decode(std::string_view part, std::string_view what) {
  std::optional<std::vector<std::uint8_t>> bytes = DecodeBase64Url(part);
  if (!bytes.has_value()) {
    return Malformed("the " + std::string(what) + " is not canonical base64url");
  }
  return *std::move(bytes);
}

// One member of the protected header; `key_id` is filled from `kid`.
absl::Status CheckMember(std::string_view name, const boost::json::value& value, Jwe& jwe) {
  const boost::json::string* const string = value.if_string();
  if (string == nullptr) {
    return Malformed("the protected header's members must be strings");
  }
  const std::string_view text(string->data(), string->size());
  if (name == "alg") {
    return OkIf(text == "dir", "`alg` is not \"dir\"");
  }
  if (name == "enc") {
    return OkIf(text == "A256GCM", "`enc` is not \"A256GCM\"");
  }
  if (name == "kid") {
    jwe.key_id = text;
    return OkIf(IsKeyId(text), "`kid` is not the id of a token key");
  }
  if (name == "typ" || name == "cty") {
    return OkIf(text.size() <= kMaxTypeBytes, "`typ` or `cty` is too long");
  }
  return Malformed("the protected header has a member beside alg, enc, kid, typ and cty");
}

absl::Status ReadHeader(std::string_view part, Jwe& jwe) {
  const auto bytes = Decode(part, "protected header");
  if (!bytes.ok()) {
    return bytes.status();
  }
  const auto members = ParseJsonObject(std::string(bytes->begin(), bytes->end()));
  if (!members.ok()) {
    return Annotate(members.status(), "protected header");
  }
  for (const boost::json::key_value_pair& member : *members) {
    absl::Status good =
        CheckMember({member.key().data(), member.key().size()}, member.value(), jwe);
    if (!good.ok()) {
      return good;
    }
  }
  for (const std::string_view name : {"alg", "enc", "kid"}) {
    if (!members->contains({name.data(), name.size()})) {
      return Malformed("the protected header has no `" + std::string(name) + "`");
    }
  }
  jwe.protected_header = std::string(part);
  return absl::OkStatus();
}

absl::Status CheckSizes(const Jwe& jwe) {
  if (jwe.iv.size() != kIvBytes) {
    return Malformed("the IV is not 96 bits");
  }
  if (jwe.tag.size() != kTagBytes) {
    return Malformed("the tag is not 128 bits");
  }
  if (jwe.ciphertext.size() > kMaxPayloadBytes) {
    return Malformed("the payload is larger than 8 KiB");
  }
  return absl::OkStatus();
}

// Reads `part` into `target`, unless something went wrong before.
void DecodeInto(std::vector<std::uint8_t>& target,
                std::string_view part,
                std::string_view what,
                absl::Status& status) {
  if (!status.ok()) {
    return;
  }
  auto bytes = Decode(part, what);
  status = bytes.status();
  if (bytes.ok()) {
    target = *std::move(bytes);
  }
}

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A context that knows key, IV, tag and associated data; null when OpenSSL will not.
Context BeginDecrypt(const Jwe& jwe, const TokenKey& key) {
  Context context(EVP_CIPHER_CTX_new());
  std::vector<std::uint8_t> tag = jwe.tag;  // OpenSSL takes it without const
  int length = 0;
  const bool begun =
      context != nullptr && key.material.Reveal().size() == kTokenKeyBytes &&
      jwe.iv.size() == kIvBytes && tag.size() == kTagBytes &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, Bytes(key.material.Reveal()),
                         jwe.iv.data()) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, Bytes(jwe.protected_header),
                        static_cast<int>(jwe.protected_header.size())) == 1;
  return begun ? std::move(context) : nullptr;
}

}  // namespace

absl::StatusOr<Jwe> ParseJwe(std::string_view token) {
  if (token.size() > kMaxTokenBytes) {
    return Malformed("the token is longer than 12 KiB");
  }
  const absl::StatusOr<Parts> parts = Split(token);
  if (!parts.ok()) {
    return parts.status();
  }
  Jwe jwe;
  absl::Status status = ReadHeader((*parts)[0], jwe);
  if (status.ok() && !(*parts)[1].empty()) {
    status = Malformed("there is an encrypted key, which `dir` has not");
  }
  DecodeInto(jwe.iv, (*parts)[2], "IV", status);
  DecodeInto(jwe.ciphertext, (*parts)[3], "ciphertext", status);
  DecodeInto(jwe.tag, (*parts)[4], "tag", status);
  if (status.ok()) {
    status = CheckSizes(jwe);
  }
  if (!status.ok()) {
    return status;
  }
  return jwe;
}

absl::StatusOr<Secret> DecryptJwe(const Jwe& jwe, const TokenKey& key) {
  const Context context = BeginDecrypt(jwe, key);
  std::string payload(jwe.ciphertext.size(), '\0');
  auto* const target = reinterpret_cast<unsigned char*>(payload.data());
  int length = 0;
  int rest = 0;
  const bool authentic =
      context != nullptr && jwe.ciphertext.size() <= kMaxPayloadBytes &&
      (payload.empty() || EVP_DecryptUpdate(context.get(), target, &length, jwe.ciphertext.data(),
                                            static_cast<int>(jwe.ciphertext.size())) == 1) &&
      EVP_DecryptFinal_ex(context.get(), target + length, &rest) == 1;
  Secret opened(std::move(payload));  // wiped also when it is not authentic
  if (!authentic) {
    return Error(absl::StatusCode::kUnauthenticated, "it was not sealed with this key");
  }
  return opened;
}

}  // namespace porthole::token
