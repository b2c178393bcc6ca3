#include "config/documentation.h"

#include "base/status.h"
#include "config/loader.h"
#include "config/schema_comments.h"
#include "config/setting_text.h"
#include "config/yaml_tree.h"
#include "porthole/config/v1/config.pb.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

namespace porthole::config {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(line);
  }
  return lines;
}

// The default file with the settings in it that are commented out: "#" before anything but a space.
std::string WithEverything() {
  std::vector<std::string> lines;
  for (std::string line : LinesOf(DefaultYaml())) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line[begin] == '#' && line.substr(begin, 2) != "# " &&
        line.size() > begin + 1) {
      line.erase(begin, 1);
      // "callers: []" makes way for the "#callers:" after it.
      if (!lines.empty() && lines.back() == line + " []") {
        lines.pop_back();
      }
    }
    lines.push_back(line);
  }
  return std::accumulate(
      lines.begin(), lines.end(), std::string(),
      [](const std::string& text, const std::string& line) { return text + line + "\n"; });
}

const YamlNode* Find(const YamlNode& node, const std::string& key) {
  const auto found =
      std::ranges::find_if(node.entries, [&](const YamlEntry& entry) { return entry.key == key; });
  return found == node.entries.end() ? nullptr : &found->value;
}

void ExpectEveryKey(const Descriptor& section, const YamlNode& node, const std::string& path) {
  for (int i = 0; i < section.field_count(); ++i) {
    const FieldDescriptor& setting = *section.field(i);
    const std::string key = path + setting.name();
    const YamlNode* value = Find(node, setting.name());
    ASSERT_NE(value, nullptr) << key;
    if (!IsSection(setting)) {
      continue;
    }
    if (setting.is_repeated()) {
      ASSERT_EQ(value->items.size(), 1U) << key;
      value = value->items.data();
    }
    ExpectEveryKey(*setting.message_type(), *value, key + ".");
  }
}

TEST(DefaultYaml, ParsesToTheDefaults) {
  const absl::StatusOr<Configuration> parsed = Parse(DefaultYaml(), "default.yaml");

  ASSERT_TRUE(parsed.ok()) << Message(parsed.status());
  Configuration defaults;
  defaults.node_id = parsed->node_id;
  defaults.workers = parsed->workers;
  EXPECT_EQ(*parsed, defaults);
}

TEST(DefaultYaml, NamesEveryKeyOfTheSchema) {
  Problems problems("default.yaml");

  const YamlNode everything = ReadYaml(WithEverything(), problems);

  ASSERT_TRUE(problems.Empty()) << Message(problems.ToStatus()) << WithEverything();
  ExpectEveryKey(*v1::Configuration::descriptor(), everything, "");
}

TEST(DefaultYaml, LacksOnlyRequiredValuesWhereItIsCommentedOut) {
  const std::string refusal = Message(Parse(WithEverything(), "f").status());

  for (const std::string& line : LinesOf(refusal)) {
    EXPECT_TRUE(line.ends_with(": must not be empty")) << line;
  }
  EXPECT_EQ(LinesOf(refusal).size(), 6U) << refusal;
}

TEST(DefaultYaml, HasNoLineThatIsTooLong) {
  for (const std::string& line : LinesOf(DefaultYaml())) {
    EXPECT_LE(line.size(), 100U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(SchemaComments, AreThereForEverySetting) {
  const SchemaComments comments;
  const std::function<void(const Descriptor&)> check = [&](const Descriptor& section) {
    for (int i = 0; i < section.field_count(); ++i) {
      const FieldDescriptor& setting = *section.field(i);
      const std::string comment = comments.Of(setting);
      EXPECT_TRUE(comment.ends_with('.')) << setting.full_name() << ": " << comment;
      EXPECT_EQ(comment.find('|'), std::string::npos) << "would break the page's table";
      if (IsSection(setting)) {
        check(*setting.message_type());
      }
    }
  };

  check(*v1::Configuration::descriptor());
}

TEST(ConfigurationPage, IsTheOneInTheDocumentation) {
  std::ifstream file(PORTHOLE_CONFIGURATION_PAGE);
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

  EXPECT_EQ(page, ConfigurationPage()) << "the schema changed: build the target configuration_page";
}

}  // namespace
}  // namespace porthole::config
