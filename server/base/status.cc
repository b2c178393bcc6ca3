#include "base/status.h"

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
  return Error(status.code(), std::string(context) + ": " + Message(status));
}

}  // namespace porthole
