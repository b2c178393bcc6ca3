#include "config/loader.h"

#include "base/status.h"
#include "config/fitting.h"
#include "config/from_schema.h"
#include "config/problems.h"
#include "config/schema_reader.h"
#include "config/yaml_tree.h"
#include "porthole/config/v1/config.pb.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace porthole::config {
namespace {

absl::Status CannotRead(const std::string& path, int error) {
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  if (error == ENOENT) {
    code = absl::StatusCode::kNotFound;
  } else if (error == EACCES) {
    code = absl::StatusCode::kPermissionDenied;
  }
  return Error(code, "cannot read the configuration file " + path + ": " +
                         std::generic_category().message(error));
}

// The file's text, or enough of it to see that it is too long.
absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                             &std::fclose);
  if (file == nullptr) {
    return CannotRead(path, errno);
  }
  std::string text(kMaxFileBytes + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) {
    return CannotRead(path, errno);
  }
  return text;
}

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0') {
    return "porthole";
  }
  return name.data();
}

void FillIn(Configuration& configuration) {
  if (configuration.node_id.empty()) {
    configuration.node_id = HostName();
  }
  if (configuration.workers == 0) {
    configuration.workers = std::max(1U, std::thread::hardware_concurrency());
  }
}

}  // namespace

absl::StatusOr<Configuration> Load(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) {
    return text.status();
  }
  return Parse(*text, path);
}

absl::StatusOr<Configuration> Parse(std::string_view text, std::string_view file) {
  Problems problems(file);
  const YamlNode tree = ReadYaml(text, problems);
  v1::Configuration schema;
  if (problems.Empty()) {
    SchemaReader(problems).ReadSection(tree, "", schema);
  }
  if (!problems.Empty()) {
    return problems.ToStatus();
  }
  Configuration configuration = FromSchema(schema);
  CheckFitting(configuration, problems);
  if (!problems.Empty()) {
    return problems.ToStatus();
  }
  FillIn(configuration);
  return configuration;
}

}  // namespace porthole::config
