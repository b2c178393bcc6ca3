#include "config/schema_comments.h"

#include "config/schema_source.h"

#include <google/protobuf/descriptor.pb.h>

#include <cstddef>
#include <sstream>

namespace porthole::config {
namespace {

using google::protobuf::FileDescriptorProto;

constexpr int kSyntax = FileDescriptorProto::kSyntaxFieldNumber;
constexpr int kMessage = FileDescriptorProto::kMessageTypeFieldNumber;
constexpr int kField = google::protobuf::DescriptorProto::kFieldFieldNumber;

std::string OnOneLine(const std::string& comment) {
  std::istringstream in(comment);
  std::string line;
  std::string word;
  while (in >> word) {
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

}  // namespace

SchemaComments::SchemaComments() {
  const std::string_view source = SchemaSource();
  google::protobuf::FileDescriptorSet files;
  files.ParseFromArray(source.data(), static_cast<int>(source.size()));
  for (const FileDescriptorProto& file : files.file()) {
    for (const auto& location : file.source_code_info().location()) {
      if (location.has_leading_comments()) {
        comments_.emplace(std::vector<int>(location.path().begin(), location.path().end()),
                          location.leading_comments());
      }
    }
  }
}

std::string SchemaComments::Of(const google::protobuf::FieldDescriptor& setting) const {
  return OnOneLine(
      comments_.at({kMessage, setting.containing_type()->index(), kField, setting.index()}));
}

std::vector<std::string> SchemaComments::OfFile() const {
  std::vector<std::string> paragraphs;
  std::string rest = comments_.at({kSyntax});
  while (!rest.empty()) {
    const std::size_t border = rest.find("\n\n");
    paragraphs.push_back(OnOneLine(rest.substr(0, border)));
    rest = border == std::string::npos ? "" : rest.substr(border + 2);
  }
  return paragraphs;
}

}  // namespace porthole::config
