#include "net/repeater_id.h"

#include "base/status.h"
#include "base/target.h"

#include <string_view>
#include <utility>

namespace porthole::net {

absl::StatusOr<std::string> ReadRepeaterId(std::span<const std::uint8_t, kRepeaterHeadBytes> head) {
  constexpr std::string_view kPrefix = "ID:";
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  const std::size_t end = text.find('\0');
  if (!text.starts_with(kPrefix) || end == std::string_view::npos) {
    return Error(absl::StatusCode::kInvalidArgument, "no id of a repeater");
  }
  const std::string id(text.substr(kPrefix.size(), end - kPrefix.size()));
  absl::StatusOr<Target> target = ParseTarget("reverse:" + id);
  if (!target.ok()) {
    return target.status();
  }
  return std::move(target->path);
}

}  // namespace porthole::net
