#pragma once

#include "config/problems.h"
#include "config/yaml_tree.h"
#include "porthole/config/v1/setting.pb.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

namespace porthole::config {

// Reads the value of one setting: a truth value, a number, a duration, a word or a text.
class ScalarReader {
 public:
  // Whether `field` (or an item of it) is such a setting, and not a section of more.
  static bool Reads(const google::protobuf::FieldDescriptor& field);

  // All must outlive the reader; `path` is the setting's key.
  ScalarReader(const google::protobuf::FieldDescriptor& field,
               const std::string& path,
               Problems& problems);

  // Sets the field (or adds an item to it), or adds a problem.
  void Read(const YamlNode& node, google::protobuf::Message& message);

 private:
  void ReadTruth(const YamlNode& node, google::protobuf::Message& message);
  void ReadCount(const YamlNode& node, google::protobuf::Message& message);
  void ReadDuration(const YamlNode& node, google::protobuf::Message& message);
  void ReadWord(const YamlNode& node, google::protobuf::Message& message);
  void ReadText(const YamlNode& node, google::protobuf::Message& message);
  bool IsInRange(const YamlNode& node, std::int64_t value, std::int64_t least, std::int64_t most);
  void Refuse(const YamlNode& node, const std::string& what);

  const google::protobuf::FieldDescriptor& field_;
  const std::string& path_;
  Problems& problems_;
  const v1::Setting& setting_;
};

}  // namespace porthole::config
