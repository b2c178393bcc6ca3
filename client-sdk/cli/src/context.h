#pragma once

#include "porthole/client/client.h"
#include "portholectl.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <string>

namespace porthole::cli {

// Options that stand before or after every command.
struct GlobalOptions {
  std::string address = "unix:/run/porthole/control.sock";
  std::string ca_file;
  std::string certificate_file;
  std::string private_key_file;
  std::string server_name;
  bool plaintext = false;
  std::string output = "table";
  std::string timeout = "10s";
};

// One run of the program: the options, and the command that was chosen.
class Context {
 public:
  explicit Context(Streams streams) : streams(streams) {}

  // What the chosen command does, set while the command line is read. INVALID_ARGUMENT before any
  // call was made is wrong usage.
  std::function<absl::Status()> command;

  // Runs it and tells an error. Returns the exit code.
  int Run() const;

  // A client of the node that the options name. Errors: of usage, and of reading files.
  absl::StatusOr<client::Client> Connect() const;

  bool WantsJson() const { return options.output == "json"; }
  // Writes `message` as JSON with the field names of the .proto files.
  absl::Status WriteJson(const google::protobuf::Message& message) const;

  GlobalOptions options;
  Streams streams;
};

// A wrong command line, found after its syntax was read.
absl::Status WrongUsage(const std::string& why);

}  // namespace porthole::cli
