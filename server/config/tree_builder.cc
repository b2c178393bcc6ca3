#include "config/tree_builder.h"

#include <utility>

namespace porthole::config {
namespace {

int LineOf(const YAML::Mark& mark) {
  return mark.line + 1;
}

}  // namespace

void TreeBuilder::OnDocumentStart(const YAML::Mark& /*mark*/) {
  open_.clear();
  root_ = YamlNode();
}

void TreeBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Check(mark, "", anchor);
  if (gave_up_) {
    return;
  }
  if (ExpectsKey()) {
    GiveUp(LineOf(mark), "a key must be a word");
    return;
  }
  YamlNode node;
  node.line = LineOf(mark);
  Place(std::move(node));
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) {
  GiveUp(LineOf(mark), "aliases (*name) are not understood here; write the value out");
}

void TreeBuilder::OnScalar(const YAML::Mark& mark,
                           const std::string& tag,
                           YAML::anchor_t anchor,
                           const std::string& value) {
  Check(mark, tag, anchor);
  if (gave_up_) {
    return;
  }
  if (ExpectsKey()) {
    TakeKey(mark, value);
    return;
  }
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.line = LineOf(mark);
  node.quoted = tag == "!";  // what yaml-cpp calls a scalar that is not plain
  node.text = value;
  Place(std::move(node));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark& mark,
                                  const std::string& tag,
                                  YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value /*style*/) {
  Check(mark, tag, anchor);
  Begin(YamlNode::Kind::kList, mark);
}

void TreeBuilder::OnSequenceEnd() {
  End();
}

void TreeBuilder::OnMapStart(const YAML::Mark& mark,
                             const std::string& tag,
                             YAML::anchor_t anchor,
                             YAML::EmitterStyle::value /*style*/) {
  Check(mark, tag, anchor);
  Begin(YamlNode::Kind::kMap, mark);
}

void TreeBuilder::OnMapEnd() {
  End();
}

bool TreeBuilder::ExpectsKey() const {
  return !open_.empty() && open_.back().node.kind == YamlNode::Kind::kMap &&
         !open_.back().entry.has_value();
}

void TreeBuilder::Check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  if (gave_up_) {
    return;
  }
  if (++nodes_ > kMaxYamlNodes) {
    GiveUp(LineOf(mark), "more than " + std::to_string(kMaxYamlNodes) + " values");
    return;
  }
  if (anchor != YAML::NullAnchor) {
    Refuse(LineOf(mark), "anchors (&name) are not understood here; write the value out");
  }
  if (!tag.empty() && tag != "?" && tag != "!") {
    Refuse(LineOf(mark), "tags (!name) are not understood here");
  }
}

void TreeBuilder::Begin(YamlNode::Kind kind, const YAML::Mark& mark) {
  if (gave_up_) {
    return;
  }
  if (ExpectsKey()) {
    GiveUp(LineOf(mark), "a key must be a word, not a list or a map");
    return;
  }
  if (open_.size() == kMaxYamlDepth) {
    GiveUp(LineOf(mark), "lists and maps are nested too deeply");
    return;
  }
  Open open;
  open.node.kind = kind;
  open.node.line = LineOf(mark);
  open_.push_back(std::move(open));
}

void TreeBuilder::End() {
  if (gave_up_) {
    return;
  }
  YamlNode node = std::move(open_.back().node);
  open_.pop_back();
  Place(std::move(node));
}

void TreeBuilder::TakeKey(const YAML::Mark& mark, const std::string& key) {
  Open& map = open_.back();
  map.entry = YamlEntry{.key = key, .line = LineOf(mark), .value = {}};
  if (!map.keys.insert(key).second) {
    Refuse(LineOf(mark), "given twice");
  }
}

void TreeBuilder::Place(YamlNode node) {
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& open = open_.back();
  if (open.node.kind == YamlNode::Kind::kList) {
    open.node.items.push_back(std::move(node));
    return;
  }
  open.entry->value = std::move(node);
  open.node.entries.push_back(*std::exchange(open.entry, std::nullopt));
}

void TreeBuilder::Refuse(int line, const std::string& what) {
  problems_.AddAt(line, Path(), what);
}

void TreeBuilder::GiveUp(int line, const std::string& what) {
  if (!gave_up_) {
    Refuse(line, what);
  }
  gave_up_ = true;
  open_.clear();
}

// Where the builder stands, as in "listeners[0].tls".
std::string TreeBuilder::Path() const {
  std::string path;
  for (const Open& open : open_) {
    if (open.node.kind == YamlNode::Kind::kList) {
      path += "[" + std::to_string(open.node.items.size()) + "]";
    } else if (open.entry.has_value()) {
      path = Joined(path, open.entry->key);
    }
  }
  return path;
}

}  // namespace porthole::config
