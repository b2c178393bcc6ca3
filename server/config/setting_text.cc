#include "config/setting_text.h"

#include "config/scalar_reader.h"
#include "config/words.h"
#include "porthole/config/v1/setting.pb.h"

namespace porthole::config {
namespace {

using google::protobuf::FieldDescriptor;

const v1::Setting& SettingOf(const FieldDescriptor& setting) {
  return setting.options().GetExtension(v1::setting);
}

std::string Range(const v1::Setting& setting) {
  return (setting.least().empty() ? "0" : setting.least()) + " to " + setting.most();
}

std::string TextKind(v1::Format format) {
  switch (format) {
    case v1::FORMAT_IP_ADDRESS:
      return "IP address";
    case v1::FORMAT_IP_PREFIX:
      return "IP address or range";
    case v1::FORMAT_PATH:
      return "path";
    case v1::FORMAT_ORIGIN:
      return "origin";
    case v1::FORMAT_FRAME_ANCESTOR:
      return "CSP source";
    case v1::FORMAT_CALLER_NAME:
      return "certificate name";
    case v1::FORMAT_HOST_PATTERN:
      return "host name";
    default:
      return "text";
  }
}

std::string AllowedOne(const FieldDescriptor& setting) {
  switch (setting.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return OneOf(Words(*setting.enum_type()));
    case FieldDescriptor::CPPTYPE_STRING:
      return TextKind(SettingOf(setting).format());
    default:
      return Range(SettingOf(setting));
  }
}

std::string Quoted(const std::string& text) {
  return "\"" + text + "\"";
}

}  // namespace

bool IsSection(const FieldDescriptor& setting) {
  return !ScalarReader::Reads(setting);
}

std::string Allowed(const FieldDescriptor& setting) {
  return (setting.is_repeated() ? "list of " : "") + AllowedOne(setting);
}

std::string DefaultText(const FieldDescriptor& setting) {
  const v1::Setting& says = SettingOf(setting);
  if (!says.computed().empty()) {
    return says.computed().substr(0, says.computed().find(' '));
  }
  if (setting.is_repeated()) {
    return says.default_();
  }
  // Words such as 1.2 are texts here, but look like numbers to other readers of YAML.
  const bool looks_like_number = says.default_().find_first_of("0123456789") == 0;
  const bool word = setting.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
  const bool quoted =
      setting.cpp_type() == FieldDescriptor::CPPTYPE_STRING || (word && looks_like_number);
  return quoted ? Quoted(says.default_()) : says.default_();
}

}  // namespace porthole::config
