#pragma once

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>
#include <vector>

namespace porthole::config {

// The comments of config.proto, each as one line of text.
class SchemaComments {
 public:
  SchemaComments();

  // What stands above a setting; never empty.
  std::string Of(const google::protobuf::FieldDescriptor& setting) const;

  // What stands at the top of the file; its paragraphs.
  std::vector<std::string> OfFile() const;

 private:
  // By the paths of descriptor.proto's SourceCodeInfo.
  std::map<std::vector<int>, std::string> comments_;
};

}  // namespace porthole::config
