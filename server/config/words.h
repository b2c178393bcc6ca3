#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::config {

// The words that the file may use for an enumeration, in the schema's order, UNSPECIFIED left out.
std::vector<std::string> Words(const google::protobuf::EnumDescriptor& enumeration);

// The word for one of its values.
std::string WordFor(const google::protobuf::EnumValueDescriptor& value);

// "one of a, b or c".
std::string OneOf(const std::vector<std::string>& words);

// `; did you mean "x"?` for the one of `known` that `text` is likely a misspelling of; else empty.
std::string DidYouMean(std::string_view text, const std::vector<std::string>& known);

}  // namespace porthole::config
