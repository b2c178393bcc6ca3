#include "config/yaml_tree.h"

#include "config/tree_builder.h"
#include "config/yaml_text.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <sstream>

namespace porthole::config {
namespace {

YamlNode ReadDocument(std::string_view text, Problems& problems) {
  std::istringstream in{std::string(text)};
  YAML::Parser parser(in);
  TreeBuilder first(problems);
  if (!parser.HandleNextDocument(first)) {
    return {};
  }
  TreeBuilder second(problems);
  if (problems.Empty() && parser.HandleNextDocument(second)) {
    problems.AddAt(0, "", "more than one YAML document; one file has one");
  }
  return first.Take();
}

}  // namespace

YamlNode ReadYaml(std::string_view text, Problems& problems) {
  if (!IsReadableText(text, problems)) {
    return {};
  }
  // yaml-cpp tells of bad YAML by exceptions; this is the one place that sees them.
  try {
    return ReadDocument(text, problems);
  } catch (const YAML::Exception& error) {
    problems.AddAt(error.mark.line + 1, "", "not YAML: " + error.msg);
  } catch (const std::exception& error) {
    problems.AddAt(0, "", std::string("not YAML: ") + error.what());
  }
  return {};
}

}  // namespace porthole::config
