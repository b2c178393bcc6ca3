#pragma once

#include "config/problems.h"
#include "config/yaml_tree.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>

namespace porthole::config {

// Reads a YAML tree into a message of the schema, field by field as the message's descriptor and
// the (setting) options say. Afterwards every setting has a value, its default where the file gives
// none; only sections that are `optional` and settings that are `computed` may be absent. Whatever
// does not fit is a problem, and left out.
class SchemaReader {
 public:
  explicit SchemaReader(Problems& problems) : problems_(problems) {}

  // `path` is what encloses the section: "" for the whole file, else "listeners[0]".
  void ReadSection(const YamlNode& node,
                   const std::string& path,
                   google::protobuf::Message& message);

 private:
  using Field = google::protobuf::FieldDescriptor;

  void RefuseUnknownKeys(const YamlNode& node,
                         const std::string& path,
                         const google::protobuf::Message& message);
  void ReadAbsent(const Field& field, const std::string& path, google::protobuf::Message& message);
  void ReadField(const YamlNode& node,
                 const Field& field,
                 const std::string& path,
                 google::protobuf::Message& message);
  void ReadList(const YamlNode& node,
                const Field& field,
                const std::string& path,
                google::protobuf::Message& message);
  void ReadOne(const YamlNode& node,
               const Field& field,
               const std::string& path,
               google::protobuf::Message& message);

  Problems& problems_;
};

}  // namespace porthole::config
