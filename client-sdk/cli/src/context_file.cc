#include "context_file.h"

#include "context.h"

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <yaml-cpp/yaml.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace porthole::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBytes = 65536;

// What a context may say: how to reach nodes, and how to show what they answer.
enum class Form : std::uint8_t { kText, kPath, kFlag, kList };
struct Setting {
  const char* key;
  Form form;
};
constexpr std::array<Setting, 10> kSettings = {{{"address", Form::kText},
                                                {"ca", Form::kPath},
                                                {"cert", Form::kPath},
                                                {"key", Form::kPath},
                                                {"server-name", Form::kText},
                                                {"plaintext", Form::kFlag},
                                                {"output", Form::kText},
                                                {"timeout", Form::kText},
                                                {"nodes", Form::kList},
                                                {"nodes-name", Form::kText}}};

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread yet.
  return value != nullptr ? value : "";
}

std::optional<fs::path> UsualPlace() {
  const std::string xdg = Variable("XDG_CONFIG_HOME");
  const std::string home = Variable("HOME");
  if (xdg.empty() && home.empty()) {
    return std::nullopt;
  }
  const fs::path path =
      (xdg.empty() ? fs::path(home) / ".config" : fs::path(xdg)) / "porthole" / "context.yaml";
  std::error_code error;
  return fs::exists(path, error) ? std::optional(path) : std::nullopt;
}

absl::StatusOr<std::string> ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxBytes + 1, '\0');
  if (!file || fs::is_directory(path)) {
    return WrongUsage("context " + path.string() + ": cannot be read: " +
                      std::generic_category().message(errno != 0 ? errno : EISDIR));
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes) {
    return WrongUsage("context " + path.string() + ": longer than 65536 bytes");
  }
  return text;
}

const Setting* Find(const std::string& key) {
  for (const Setting& setting : kSettings) {
    if (key == setting.key) {
      return &setting;
    }
  }
  return nullptr;
}

std::string KnownKeys() {
  std::string keys;
  for (const Setting& setting : kSettings) {
    keys += (keys.empty() ? "" : ", ") + std::string(setting.key);
  }
  return keys;
}

// The option of the program, or of the fleet's commands.
CLI::Option* OptionOf(CLI::App& app, const std::string& key) {
  CLI::Option* const own = app.get_option_no_throw("--" + key);
  return own != nullptr ? own : app.get_subcommand("fleet")->get_option_no_throw("--" + key);
}

// The values as the command line would have them. Nothing when they do not fit the key.
std::optional<std::vector<std::string>> ValuesOf(const Setting& setting,
                                                 const YAML::Node& node,
                                                 const fs::path& directory) {
  if (setting.form == Form::kList) {
    if (!node.IsSequence() || node.size() == 0) {
      return std::nullopt;
    }
    std::vector<std::string> values;
    for (const YAML::Node& item : node) {
      if (!item.IsScalar() || item.Scalar().empty()) {
        return std::nullopt;
      }
      values.push_back(item.Scalar());
    }
    return values;
  }
  if (!node.IsScalar() || node.Scalar().empty()) {
    return std::nullopt;
  }
  const std::string& text = node.Scalar();
  if (setting.form == Form::kFlag && text != "true" && text != "false") {
    return std::nullopt;
  }
  return std::vector<std::string>{setting.form == Form::kPath ? (directory / text).string() : text};
}

class ContextReader {
 public:
  ContextReader(CLI::App& app, fs::path path) : app_(app), path_(std::move(path)) {
    if (IsGiven("address")) {
      given_address_ = OptionOf(app_, "address")->results().front();
    }
  }

  absl::Status Read() {
    const absl::StatusOr<std::string> text = ReadWhole(path_);
    if (!text.ok()) {
      return text.status();
    }
    try {
      const std::vector<YAML::Node> documents = YAML::LoadAll(*text);
      if (documents.size() > 1) {
        return Wrong(documents[1].Mark(), "one mapping is expected, not several documents");
      }
      return documents.empty() ? absl::OkStatus() : ReadMapping(documents.front());
    } catch (const YAML::Exception& wrong) {
      return Wrong(wrong.mark, "not YAML: " + wrong.msg);
    }
  }

 private:
  absl::Status ReadMapping(const YAML::Node& all) {
    if (all.IsNull()) {
      return absl::OkStatus();
    }
    if (!all.IsMap()) {
      return Wrong(all.Mark(), "a mapping is expected, such as \"address: HOST:PORT\"");
    }
    for (const auto& entry : all) {
      absl::Status read = ReadEntry(entry.first, entry.second);
      if (!read.ok()) {
        return read;
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadEntry(const YAML::Node& name, const YAML::Node& value) {
    const std::string key = name.IsScalar() ? name.Scalar() : "";
    const Setting* const setting = Find(key);
    if (setting == nullptr) {
      return Wrong(name.Mark(), "unknown key \"" + key + "\"; there are " + KnownKeys());
    }
    // yaml-cpp gives a key twice when it stands there twice.
    if (!seen_.insert(key).second) {
      return Wrong(name.Mark(), key + ": is there twice");
    }
    const auto values = ValuesOf(*setting, value, path_.parent_path());
    if (!values.has_value()) {
      constexpr std::array<const char*, 4> kWanted = {"a text", "a path", "true or false",
                                                      "a list of addresses"};
      return Wrong(value.Mark(), key + ": " + kWanted.at(static_cast<std::size_t>(setting->form)) +
                                     " is expected");
    }
    return Give(*OptionOf(app_, key), *values, name.Mark(), key);
  }

  absl::Status Give(CLI::Option& option,
                    const std::vector<std::string>& values,
                    const YAML::Mark& mark,
                    const std::string& key) {
    if (option.count() > 0 || IsMoot(key)) {
      return absl::OkStatus();
    }
    try {
      option.add_result(values);
      option.run_callback();
    } catch (const CLI::Error& wrong) {
      return Wrong(mark, key + ": " + wrong.what());
    }
    return absl::OkStatus();
  }

  // Whether what was given otherwise leaves no room for the key: TLS files go with neither a unix
  // socket nor plaintext, which a command line may ask for in spite of the file.
  bool IsMoot(const std::string& key) const {
    const bool of_tls = key == "ca" || key == "cert" || key == "key" || key == "server-name";
    const bool to_socket = given_address_.starts_with("unix:");
    return (of_tls && (to_socket || given_plaintext_)) ||
           (key == "plaintext" && (to_socket || given_tls_)) ||
           (key == "nodes" && given_nodes_name_) || (key == "nodes-name" && given_nodes_);
  }

  absl::Status Wrong(const YAML::Mark& mark, const std::string& what) const {
    const std::string line = mark.is_null() ? "" : ":" + std::to_string(mark.line + 1);
    return WrongUsage("context " + path_.string() + line + ": " + what);
  }

  bool IsGiven(const char* key) const { return OptionOf(app_, key)->count() > 0; }

  CLI::App& app_;
  const fs::path path_;
  // What the command line and the environment gave, before the file gives anything.
  std::string given_address_;
  const bool given_plaintext_ = IsGiven("plaintext");
  const bool given_tls_ = IsGiven("ca") || IsGiven("cert") || IsGiven("key");
  const bool given_nodes_ = IsGiven("nodes");
  const bool given_nodes_name_ = IsGiven("nodes-name");
  std::set<std::string> seen_;
};

}  // namespace

absl::Status ApplyContextFile(CLI::App& app, const std::string& path) {
  std::optional<fs::path> file(path);
  if (path.empty()) {
    file = UsualPlace();
  }
  return file.has_value() ? ContextReader(app, *file).Read() : absl::OkStatus();
}

}  // namespace porthole::cli
