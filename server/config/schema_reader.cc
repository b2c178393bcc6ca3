#include "config/schema_reader.h"

#include "config/scalar_reader.h"
#include "config/words.h"
#include "porthole/config/v1/setting.pb.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace porthole::config {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = YamlNode::Kind;

const v1::Setting& SettingOf(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::setting);
}

std::vector<std::string> NamesOf(const google::protobuf::Descriptor& section) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(section.field_count()));
  for (int i = 0; i < section.field_count(); ++i) {
    names.push_back(section.field(i)->name());
  }
  return names;
}

const YamlEntry* Find(const YamlNode& node, const std::string& key) {
  const auto found = std::ranges::find_if(
      node.entries, [&key](const YamlEntry& entry) { return entry.key == key; });
  return found == node.entries.end() ? nullptr : &*found;
}

// The default of a setting as the tree that the file would give.
YamlNode DefaultOf(const FieldDescriptor& field) {
  const std::string& text = SettingOf(field).default_();
  if (field.is_repeated()) {
    Problems schema("the schema");
    return ReadYaml(text, schema);
  }
  YamlNode node;
  node.kind = Kind::kScalar;
  node.text = text;
  return node;
}

Message& Added(const FieldDescriptor& field, Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  return field.is_repeated() ? *reflection.AddMessage(&message, &field)
                             : *reflection.MutableMessage(&message, &field);
}

}  // namespace

void SchemaReader::ReadSection(const YamlNode& node, const std::string& path, Message& message) {
  // "limits:" with nothing below it, all of it commented out, is a section of defaults.
  if (node.kind != Kind::kMap && node.kind != Kind::kNull) {
    problems_.AddAt(node.line, path, "must be a map of settings, KEY: VALUE");
    return;
  }
  RefuseUnknownKeys(node, path, message);
  const google::protobuf::Descriptor& section = *message.GetDescriptor();
  for (int i = 0; i < section.field_count(); ++i) {
    const FieldDescriptor& field = *section.field(i);
    const std::string inner = Joined(path, field.name());
    const YamlEntry* const entry = Find(node, field.name());
    if (entry == nullptr) {
      ReadAbsent(field, inner, message);
    } else {
      problems_.Note(inner, entry->line);
      ReadField(entry->value, field, inner, message);
    }
  }
}

void SchemaReader::RefuseUnknownKeys(const YamlNode& node,
                                     const std::string& path,
                                     const Message& message) {
  const std::vector<std::string> names = NamesOf(*message.GetDescriptor());
  for (const YamlEntry& entry : node.entries) {
    if (message.GetDescriptor()->FindFieldByName(entry.key) == nullptr) {
      // The hint costs time, which a file full of unknown keys shall not take.
      const std::string hint = problems_.Full() ? "" : DidYouMean(entry.key, names);
      problems_.AddAt(entry.line, Joined(path, entry.key), "there is no such setting" + hint);
    }
  }
}

void SchemaReader::ReadAbsent(const FieldDescriptor& field,
                              const std::string& path,
                              Message& message) {
  const v1::Setting& setting = SettingOf(field);
  if (setting.required()) {
    problems_.Add(path, "must be given");
    return;
  }
  if (setting.optional() || !setting.computed().empty()) {
    return;
  }
  if (ScalarReader::Reads(field) || field.is_repeated()) {
    ReadField(DefaultOf(field), field, path, message);
  } else {
    ReadSection(YamlNode(), path, Added(field, message));
  }
}

void SchemaReader::ReadField(const YamlNode& node,
                             const FieldDescriptor& field,
                             const std::string& path,
                             Message& message) {
  if (field.is_repeated()) {
    ReadList(node, field, path, message);
  } else {
    ReadOne(node, field, path, message);
  }
}

void SchemaReader::ReadList(const YamlNode& node,
                            const FieldDescriptor& field,
                            const std::string& path,
                            Message& message) {
  if (node.kind != Kind::kList) {
    problems_.AddAt(node.line, path, "must be a list: [A, B], or [] for none");
    return;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string inner = path + "[" + std::to_string(i) + "]";
    problems_.Note(inner, node.items[i].line);
    ReadOne(node.items[i], field, inner, message);
  }
}

void SchemaReader::ReadOne(const YamlNode& node,
                           const FieldDescriptor& field,
                           const std::string& path,
                           Message& message) {
  if (ScalarReader::Reads(field)) {
    ScalarReader(field, path, problems_).Read(node, message);
  } else {
    ReadSection(node, path, Added(field, message));
  }
}

}  // namespace porthole::config
