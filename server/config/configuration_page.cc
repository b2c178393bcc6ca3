#include "config/documentation.h"
#include "config/schema_comments.h"
#include "config/setting_text.h"
#include "porthole/config/v1/config.pb.h"

#include <google/protobuf/descriptor.h>

#include <string_view>

namespace porthole::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr std::string_view kIntroduction =
    R"(# Configuration

<!-- Made from proto/porthole/config/v1/config.proto; the target `configuration_page` writes it. -->

)";

constexpr std::string_view kUse =
    R"(- `porthole --config FILE` runs with a file. No setting is required: an empty file is valid.
- `porthole --check-config FILE` tells everything that is wrong with a file, with line and key.
- `porthole --print-default-config` prints a file with every setting, its default and what it is for.

An unknown or duplicate key, a wrong type or a value out of bounds is an error. So are YAML anchors,
aliases and tags; a file has at most 1 MiB.
)";

const v1::Setting& SettingOf(const FieldDescriptor& setting) {
  return setting.options().GetExtension(v1::setting);
}

std::string Default(const FieldDescriptor& setting) {
  const v1::Setting& says = SettingOf(setting);
  if (says.required()) {
    return "must be given";
  }
  return says.computed().empty() ? "`" + DefaultText(setting) + "`" : says.computed();
}

class Writer {
 public:
  std::string Introduction() const {
    std::string text(kIntroduction);
    for (const std::string& paragraph : comments_.OfFile()) {
      text += paragraph + "\n\n";
    }
    return text + std::string(kUse);
  }

  // The settings of a section as a table, then its sections.
  std::string Section(const Descriptor& section, const std::string& path) const {
    std::string table;
    std::string sections;
    for (int i = 0; i < section.field_count(); ++i) {
      const FieldDescriptor& setting = *section.field(i);
      if (IsSection(setting)) {
        sections += Nested(setting, path);
      } else {
        table += "| `" + setting.name() + "` | " + Default(setting) + " | " + Allowed(setting) +
                 " | " + comments_.Of(setting) + " |\n";
      }
    }
    if (!table.empty()) {
      table = "\n| key | default | allowed | what it is |\n|---|---|---|---|\n" + table;
    }
    return table + sections;
  }

 private:
  std::string Nested(const FieldDescriptor& setting, const std::string& path) const {
    const std::string name = path + setting.name() + (setting.is_repeated() ? "[]" : "");
    std::string text = "\n## `" + name + "`\n\n" + comments_.Of(setting) + "\n";
    if (SettingOf(setting).optional() || SettingOf(setting).default_() == "[]") {
      text += "\nNone by default.\n";
    }
    return text + Section(*setting.message_type(), name + ".");
  }

  SchemaComments comments_;
};

}  // namespace

std::string ConfigurationPage() {
  const Writer writer;
  return writer.Introduction() + writer.Section(*v1::Configuration::descriptor(), "");
}

}  // namespace porthole::config
