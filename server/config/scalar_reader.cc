#include "config/scalar_reader.h"

#include "config/format.h"
#include "config/scalar_text.h"
#include "config/words.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace porthole::config {
namespace {

using google::protobuf::Duration;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t kMaxTextBytes = 4096;

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type() == Duration::descriptor();
}

bool HasControlCharacter(std::string_view text) {
  return std::ranges::any_of(text, [](char character) {
    const auto code = static_cast<std::uint8_t>(character);
    return code < 0x20 || code == 0x7F;
  });
}

}  // namespace

bool ScalarReader::Reads(const FieldDescriptor& field) {
  return field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsDuration(field);
}

ScalarReader::ScalarReader(const FieldDescriptor& field,
                           const std::string& path,
                           Problems& problems)
    : field_(field),
      path_(path),
      problems_(problems),
      setting_(field.options().GetExtension(v1::setting)) {}

void ScalarReader::Read(const YamlNode& node, Message& message) {
  if (node.kind == YamlNode::Kind::kNull) {
    Refuse(node, "has no value");
    return;
  }
  if (node.kind != YamlNode::Kind::kScalar) {
    Refuse(node, "must be one value, not a list or a map");
    return;
  }
  switch (field_.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      ReadTruth(node, message);
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      ReadCount(node, message);
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      ReadDuration(node, message);
      return;
    case FieldDescriptor::CPPTYPE_ENUM:
      ReadWord(node, message);
      return;
    default:
      ReadText(node, message);
  }
}

void ScalarReader::ReadTruth(const YamlNode& node, Message& message) {
  if (node.quoted || (node.text != "true" && node.text != "false")) {
    Refuse(node, Shown(node.text) + " must be true or false");
    return;
  }
  message.GetReflection()->SetBool(&message, &field_, node.text == "true");
}

void ScalarReader::ReadCount(const YamlNode& node, Message& message) {
  const std::optional<std::uint32_t> count = ParseCount(node.text);
  if (node.quoted || !count.has_value()) {
    Refuse(node, Shown(node.text) + " must be a whole number without quotes");
    return;
  }
  const std::uint32_t least = ParseCount(setting_.least()).value_or(0);
  const std::uint32_t most =
      ParseCount(setting_.most()).value_or(std::numeric_limits<std::uint32_t>::max());
  if (IsInRange(node, *count, least, most)) {
    message.GetReflection()->SetUInt32(&message, &field_, *count);
  }
}

void ScalarReader::ReadDuration(const YamlNode& node, Message& message) {
  const std::optional<std::chrono::milliseconds> time = ParseDuration(node.text);
  if (!time.has_value()) {
    Refuse(node, Shown(node.text) +
                     " must be a duration: a whole number and ms, s, m or h, such as \"30s\"");
    return;
  }
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
  const auto least = ParseDuration(setting_.least()).value_or(std::chrono::milliseconds(0));
  const auto most = ParseDuration(setting_.most()).value_or(kLongest);
  if (!IsInRange(node, time->count(), least.count(), most.count())) {
    return;
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
  if (setting_.whole_seconds() && seconds != *time) {
    Refuse(node, Shown(node.text) + " must be whole seconds");
    return;
  }
  Duration duration;
  duration.set_seconds(seconds.count());
  const std::chrono::nanoseconds rest = *time - seconds;
  duration.set_nanos(static_cast<std::int32_t>(rest.count()));
  message.GetReflection()->MutableMessage(&message, &field_)->CopyFrom(duration);
}

void ScalarReader::ReadWord(const YamlNode& node, Message& message) {
  const google::protobuf::EnumDescriptor& enumeration = *field_.enum_type();
  const std::vector<std::string> words = Words(enumeration);
  const auto found = std::ranges::find(words, node.text);
  if (found == words.end()) {
    Refuse(node, Shown(node.text) + " must be " + OneOf(words) + DidYouMean(node.text, words));
    return;
  }
  const auto index = static_cast<int>(found - words.begin()) + 1;
  if (field_.is_repeated()) {
    message.GetReflection()->AddEnum(&message, &field_, enumeration.value(index));
  } else {
    message.GetReflection()->SetEnum(&message, &field_, enumeration.value(index));
  }
}

void ScalarReader::ReadText(const YamlNode& node, Message& message) {
  const std::size_t most = ParseCount(setting_.most()).value_or(kMaxTextBytes);
  const bool may_be_empty = !setting_.required() && !field_.is_repeated();
  if (node.text.empty() && !may_be_empty) {
    Refuse(node, "must not be empty");
    return;
  }
  if (node.text.size() > most) {
    Refuse(node, "is longer than " + std::to_string(most) + " bytes");
    return;
  }
  if (HasControlCharacter(node.text)) {
    Refuse(node, Shown(node.text) + " has a control character in it");
    return;
  }
  const std::string why_not =
      node.text.empty() ? std::string() : WhyNot(setting_.format(), node.text);
  if (!why_not.empty()) {
    Refuse(node, Shown(node.text) + " " + why_not);
    return;
  }
  if (field_.is_repeated()) {
    message.GetReflection()->AddString(&message, &field_, node.text);
  } else {
    message.GetReflection()->SetString(&message, &field_, node.text);
  }
}

bool ScalarReader::IsInRange(const YamlNode& node,
                             std::int64_t value,
                             std::int64_t least,
                             std::int64_t most) {
  if (value >= least && value <= most) {
    return true;
  }
  const std::string& low = setting_.least();
  Refuse(node,
         Shown(node.text) + " must be " + (low.empty() ? "0" : low) + " to " + setting_.most());
  return false;
}

void ScalarReader::Refuse(const YamlNode& node, const std::string& what) {
  problems_.AddAt(node.line, path_, what);
}

}  // namespace porthole::config
