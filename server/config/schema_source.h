#pragma once

#include <string_view>

namespace porthole::config {

// config.proto as protoc describes it, comments included: a google.protobuf.FileDescriptorSet. The
// descriptors in the generated code have no comments.
std::string_view SchemaSource();

}  // namespace porthole::config
