#pragma once

#include "porthole/client/client.h"
#include "portholectl.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace porthole::cli {

// Options that stand before or after every command. Each may come from a context file, too.
struct GlobalOptions {
  std::string context_file;
  std::string address = "unix:/run/porthole/control.sock";
  std::string ca_file;
  std::string certificate_file;
  std::string private_key_file;
  std::string server_name;
  bool plaintext = false;
  std::string output = "table";
  std::string timeout = "10s";
  // Of the fleet's commands alone.
  std::vector<std::string> nodes;
  std::string nodes_name;
};

// One run of the program: the options, and the command that was chosen.
class Context {
 public:
  explicit Context(Streams streams) : streams(streams) {}

  // What the chosen command does, set while the command line is read. INVALID_ARGUMENT before any
  // call was made is wrong usage.
  std::function<absl::Status()> command;

  // Tells an error. Returns the exit code.
  int Finish(const absl::Status& status) const;

  // How to reach the node that the options name. Errors: of usage.
  absl::StatusOr<client::ConnectionOptions> Reach() const;
  // A connection to it, and a client of that. Errors: of usage, and of reading files.
  absl::StatusOr<std::shared_ptr<client::Connection>> Open() const;
  absl::StatusOr<client::Client> Connect() const;

  bool WantsJson() const { return options.output == "json"; }
  // Writes `message` as JSON with the field names of the .proto files; a line, or over many lines.
  enum class JsonForm : std::uint8_t { kPretty, kLine };
  absl::Status WriteJson(const google::protobuf::Message& message,
                         JsonForm form = JsonForm::kPretty) const;

  // False for what tells of the program itself: a context file that is wrong does not matter there.
  bool needs_context_file = true;

  GlobalOptions options;
  Streams streams;
};

// A wrong command line, found after its syntax was read.
absl::Status WrongUsage(const std::string& why);

}  // namespace porthole::cli
