#include "state/used_tokens.h"

#include "base/status.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

namespace porthole::state {
namespace {

// The lengths come first, so that no two names are the same text.
std::string Spelled(const TokenName& name) {
  return std::to_string(name.key_id.size()) + ":" + name.key_id + name.token_id;
}

}  // namespace

UsedTokens::Digest UsedTokens::DigestOf(const TokenName& name) {
  const std::string text = Spelled(name);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    std::abort();  // OpenSSL without SHA-256, or no memory
  }
  Digest digest{};
  std::copy_n(hash.begin(), digest.size(), digest.begin());
  return digest;
}

// Any eight bytes of a SHA-256 are as good a hash as there is.
std::size_t UsedTokens::DigestHash::operator()(const Digest& digest) const {
  std::size_t hash = 0;
  static_assert(sizeof(hash) <= sizeof(Digest));
  std::memcpy(&hash, digest.data(), sizeof(hash));
  return hash;
}

absl::StatusOr<Claimed> UsedTokens::Claim(const Digest& digest, WallTime until, WallTime now) {
  Forget(now);
  if (until <= now || until_.contains(digest)) {
    return Claimed::kAlreadyUsed;  // what is not remembered could not be told from a second use
  }
  if (until_.size() >= capacity_) {
    return Error(absl::StatusCode::kResourceExhausted, "no room for one more used token");
  }
  Restore(digest, until);
  return Claimed::kFirst;
}

void UsedTokens::Unclaim(const Digest& digest) {
  const auto found = until_.find(digest);
  if (found == until_.end()) {
    return;
  }
  const auto at = by_until_.find(found->second);
  std::erase(at->second, digest);
  if (at->second.empty()) {
    by_until_.erase(at);
  }
  until_.erase(found);
}

void UsedTokens::Restore(const Digest& digest, WallTime until) {
  if (until_.emplace(digest, until).second) {
    by_until_[until].push_back(digest);
  }
}

bool UsedTokens::Contains(const Digest& digest, WallTime now) const {
  const auto found = until_.find(digest);
  return found != until_.end() && found->second > now;
}

void UsedTokens::Forget(WallTime now) {
  while (!by_until_.empty() && by_until_.begin()->first <= now) {
    for (const Digest& digest : by_until_.begin()->second) {
      until_.erase(digest);
    }
    by_until_.erase(by_until_.begin());
  }
}

}  // namespace porthole::state
