#include "context.h"

#include "duration.h"

#include <absl/strings/cord.h>
#include <google/protobuf/util/json_util.h>

#include <optional>
#include <utility>

namespace porthole::cli {
namespace {

// Marks a status as the command line's fault: the same code may come from a node.
constexpr const char* kUsage = "porthole/usage";

int ExitCodeOf(const absl::Status& status) {
  if (status.GetPayload(kUsage).has_value()) {
    return kExitUsage;
  }
  return status.code() == absl::StatusCode::kUnavailable ||
                 status.code() == absl::StatusCode::kDeadlineExceeded
             ? kExitUnreachable
             : kExitRefused;
}

}  // namespace

absl::Status WrongUsage(const std::string& why) {
  absl::Status status(absl::StatusCode::kInvalidArgument, why);
  status.SetPayload(kUsage, absl::Cord());
  return status;
}

int Context::Finish(const absl::Status& status) const {
  if (status.ok()) {
    return kExitOk;
  }
  streams.err << "portholectl: " << std::string(status.message()) << '\n';
  return ExitCodeOf(status);
}

absl::StatusOr<client::ConnectionOptions> Context::Reach() const {
  client::ConnectionOptions connection{
      .address = options.address, .tls = std::nullopt, .plaintext = options.plaintext};
  const absl::StatusOr<std::chrono::milliseconds> timeout = ParseDuration(options.timeout);
  if (!timeout.ok() || timeout->count() == 0) {
    return WrongUsage("--timeout: \"" + options.timeout + "\" is not a time such as 500ms or 10s");
  }
  connection.timeout = *timeout;
  const bool any_file = !options.ca_file.empty() || !options.certificate_file.empty() ||
                        !options.private_key_file.empty();
  if (any_file) {
    if (options.ca_file.empty() || options.certificate_file.empty() ||
        options.private_key_file.empty()) {
      return WrongUsage("--ca, --cert and --key belong together");
    }
    connection.tls = client::TlsFiles{.ca_file = options.ca_file,
                                      .certificate_file = options.certificate_file,
                                      .private_key_file = options.private_key_file,
                                      .server_name = options.server_name};
  }
  return connection;
}

absl::StatusOr<std::shared_ptr<client::Connection>> Context::Open() const {
  const absl::StatusOr<client::ConnectionOptions> how = Reach();
  if (!how.ok()) {
    return how.status();
  }
  absl::StatusOr<std::shared_ptr<client::Connection>> made = client::MakeConnection(*how);
  if (!made.ok() && made.status().code() == absl::StatusCode::kInvalidArgument) {
    return WrongUsage(std::string(made.status().message()));
  }
  return made;
}

absl::StatusOr<client::Client> Context::Connect() const {
  absl::StatusOr<std::shared_ptr<client::Connection>> connection = Open();
  if (!connection.ok()) {
    return connection.status();
  }
  return client::Client(*std::move(connection));
}

absl::Status Context::WriteJson(const google::protobuf::Message& message, JsonForm form) const {
  google::protobuf::util::JsonPrintOptions how;
  how.add_whitespace = form == JsonForm::kPretty;
  how.preserve_proto_field_names = true;
  how.always_print_primitive_fields = true;
  std::string text;
  const auto written = google::protobuf::util::MessageToJsonString(message, &text, how);
  if (!written.ok()) {
    return {absl::StatusCode::kInternal, "the answer cannot be written as JSON"};
  }
  streams.out << text << (form == JsonForm::kLine ? "\n" : "") << std::flush;
  return absl::OkStatus();
}

}  // namespace porthole::cli
