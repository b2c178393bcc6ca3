#include "base/status.h"

#include <absl/strings/cord.h>
#include <absl/strings/string_view.h>

namespace porthole {

absl::Status Error(absl::StatusCode code, std::string_view message) {
  return {code, absl::string_view(message.data(), message.size())};
}

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) {
    return status;
  }
  absl::Status annotated = Error(status.code(), std::string(context) + ": " + Message(status));
  status.ForEachPayload([&annotated](absl::string_view type, const absl::Cord& payload) {
    annotated.SetPayload(type, payload);
  });
  return annotated;
}

}  // namespace porthole
