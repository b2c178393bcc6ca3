#include "token/cloudstack_base64.h"

#include "base/base64url.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

namespace porthole::token {

std::optional<std::vector<std::uint8_t>> DecodeCloudStackBase64(std::string_view text) {
  if (text.size() % 4 == 0) {
    for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) {
      text.remove_suffix(1);
    }
  }
  std::string url_safe(text);
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  std::optional<std::vector<std::uint8_t>> bytes = DecodeBase64Url(url_safe);
  OPENSSL_cleanse(url_safe.data(), url_safe.size());  // it may spell a key
  return bytes;
}

}  // namespace porthole::token
