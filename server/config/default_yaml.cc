#include "config/documentation.h"
#include "config/schema_comments.h"
#include "config/setting_text.h"
#include "porthole/config/v1/config.pb.h"

#include <google/protobuf/descriptor.h>

#include <cstddef>
#include <sstream>
#include <string_view>
#include <vector>

namespace porthole::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Lines = std::vector<std::string>;

constexpr std::size_t kColumns = 92;  // leaves room for the deepest indentation

const v1::Setting& SettingOf(const FieldDescriptor& setting) {
  return setting.options().GetExtension(v1::setting);
}

Lines Wrapped(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  std::string word;
  while (in >> word) {
    if (lines.empty() || lines.back().size() + word.size() + 1 > kColumns) {
      lines.emplace_back("#");
    }
    lines.back() += " " + word;
  }
  return lines;
}

void Append(Lines& lines, const Lines& more) {
  lines.insert(lines.end(), more.begin(), more.end());
}

Lines Indented(Lines lines, std::size_t columns) {
  for (std::string& line : lines) {
    line.insert(0, line.empty() ? 0 : columns, ' ');
  }
  return lines;
}

// Puts a "#" before every line that is no comment yet.
Lines CommentedOut(Lines lines) {
  for (std::string& line : lines) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line[begin] != '#') {
      line.insert(begin, "#");
    }
  }
  return lines;
}

// Writes sections, each as lines without indentation.
class Writer {
 public:
  Lines Section(const Descriptor& section, std::string_view between) const {
    Lines lines;
    for (int i = 0; i < section.field_count(); ++i) {
      if (i > 0 && !between.empty()) {
        lines.emplace_back("");
      }
      Append(lines, Setting(*section.field(i)));
    }
    return lines;
  }

  Lines Heading() const {
    Lines lines;
    for (const std::string& paragraph : comments_.OfFile()) {
      Append(lines, Wrapped(paragraph));
      lines.emplace_back("#");
    }
    Append(lines, Wrapped("This file has every setting with its default. A line that begins with "
                          "\"#\" and no space is a setting that is absent by default."));
    lines.emplace_back("");
    return lines;
  }

 private:
  Lines Setting(const FieldDescriptor& setting) const {
    const bool section = IsSection(setting);
    Lines lines = Wrapped(comments_.Of(setting) + (section ? "" : " (" + Allowed(setting) + ")"));
    if (section) {
      Append(lines, Nested(setting));
    } else if (SettingOf(setting).computed().empty()) {
      lines.push_back(setting.name() + ": " + DefaultText(setting));
    } else {
      lines.push_back("#" + setting.name() + ": " + DefaultText(setting) + "  # " +
                      SettingOf(setting).computed());
    }
    return lines;
  }

  Lines Nested(const FieldDescriptor& setting) const {
    Lines lines = {setting.name() + ":"};
    if (setting.is_repeated()) {
      lines.emplace_back("  -");
    }
    Append(lines, Indented(Section(*setting.message_type(), ""), setting.is_repeated() ? 4 : 2));
    if (setting.is_repeated() && SettingOf(setting).default_() == "[]") {
      lines = CommentedOut(lines);
      lines.insert(lines.begin(), setting.name() + ": []");
    }
    return SettingOf(setting).optional() ? CommentedOut(lines) : lines;
  }

  SchemaComments comments_;
};

}  // namespace

std::string DefaultYaml() {
  const Writer writer;
  Lines lines = writer.Heading();
  Append(lines, writer.Section(*v1::Configuration::descriptor(), "\n"));
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

}  // namespace porthole::config
