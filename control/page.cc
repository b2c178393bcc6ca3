#include "control/page.h"

#include "base/base64url.h"
#include "control/field.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace porthole::control {
namespace {

constexpr std::int32_t kDefaultPageSize = 100;
constexpr std::int32_t kMaxPageSize = 1000;
constexpr std::size_t kMaxTokenBytes = 1024;

}  // namespace

absl::StatusOr<std::size_t> PageSize(std::int32_t asked) {
  if (asked < 0) {
    return BadField("page_size", "must not be negative");
  }
  return static_cast<std::size_t>(asked == 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize));
}

std::string PageTokens::After(std::string_view position) const {
  const std::string text = prefix_ + std::string(position);
  return EncodeBase64Url(std::vector<std::uint8_t>(text.begin(), text.end()));
}

absl::StatusOr<std::string> PageTokens::Position(std::string_view token) const {
  if (token.empty()) {
    return std::string();
  }
  if (token.size() <= kMaxTokenBytes) {
    const std::optional<std::vector<std::uint8_t>> bytes = DecodeBase64Url(token);
    const std::string text =
        bytes.has_value() ? std::string(bytes->begin(), bytes->end()) : std::string();
    if (text.starts_with(prefix_) && text.size() > prefix_.size()) {
      return text.substr(prefix_.size());
    }
  }
  return BadField("page_token", "is not one that this process gave for this list; begin again");
}

}  // namespace porthole::control
