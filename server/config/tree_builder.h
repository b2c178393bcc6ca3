#pragma once

#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace porthole::config {

// Makes a YamlNode of the events of yaml-cpp's parser. Working on events instead of YAML::Node
// keeps the lines of keys, sees duplicate keys, and never expands an alias. After a problem that
// makes the rest worthless (too deep, too much) further events are ignored.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(Problems& problems) : problems_(problems) {}

  // What was built; kNull when the document has no value.
  YamlNode Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& tag,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  // A list or a map that is not complete yet.
  struct Open {
    YamlNode node;
    std::set<std::string> keys;      // of a map
    std::optional<YamlEntry> entry;  // of a map: its key came, its value did not
  };

  bool ExpectsKey() const;
  void Check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void Begin(YamlNode::Kind kind, const YAML::Mark& mark);
  void End();
  void TakeKey(const YAML::Mark& mark, const std::string& key);
  void Place(YamlNode node);
  void Refuse(int line, const std::string& what);
  void GiveUp(int line, const std::string& what);
  std::string Path() const;

  Problems& problems_;
  std::vector<Open> open_;
  YamlNode root_;
  std::size_t nodes_ = 0;
  bool gave_up_ = false;
};

}  // namespace porthole::config
