#include "status.h"

#include <cerrno>
#include <system_error>

namespace porthole::client::internal {
namespace {

// What gRPC says when a server hangs up in the handshake is true and helps nobody.
std::string Explain(const grpc::Status& status) {
  const std::string& message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE &&
      (message == "Socket closed" || message.find("Connection reset") != std::string::npos)) {
    return message +
           " (the node hung up: does it expect TLS, and does it trust this client's certificate?)";
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return "the node did not answer in time";
  }
  constexpr std::string_view kNoConnection = "failed to connect to all addresses; last error: ";
  constexpr std::string_view kUnknown = "UNKNOWN: ";
  if (message.starts_with(kNoConnection)) {
    const std::string_view cause = std::string_view(message).substr(kNoConnection.size());
    return "cannot connect: " +
           std::string(cause.substr(cause.starts_with(kUnknown) ? kUnknown.size() : 0));
  }
  return message;
}

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return absl::StatusCode::kNotFound;
    case EEXIST:
      return absl::StatusCode::kAlreadyExists;
    case EACCES:
    case EPERM:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

absl::Status Error(absl::StatusCode code, std::string_view message) {
  return {code, absl::string_view(message.data(), message.size())};
}

absl::Status FromErrno(int error, std::string_view action) {
  return Error(CodeOf(error), std::string(action) + ": " + std::generic_category().message(error));
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& context) {
  if (status.ok()) {
    return absl::OkStatus();
  }
  return Error(static_cast<absl::StatusCode>(status.error_code()),
               context + ": " + Explain(status));
}

}  // namespace porthole::client::internal
