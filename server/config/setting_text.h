#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace porthole::config {

// Whether a setting is a section (or a list of sections) of further settings.
bool IsSection(const google::protobuf::FieldDescriptor& setting);

// What a setting may be, in words: "true or false", "1s to 24h", "one of a, b or c".
std::string Allowed(const google::protobuf::FieldDescriptor& setting);

// The default of a setting that is no section, as YAML; of one that is computed or required, what
// could stand there.
std::string DefaultText(const google::protobuf::FieldDescriptor& setting);

}  // namespace porthole::config
