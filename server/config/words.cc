#include "config/words.h"

#include "porthole/config/v1/setting.pb.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <numeric>

namespace porthole::config {
namespace {

// TARGET_SCHEME_ for TargetScheme.
std::string PrefixOf(const google::protobuf::EnumDescriptor& enumeration) {
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  const std::string& zero = enumeration.value(0)->name();
  return zero.substr(0, zero.size() - kUnspecified.size());
}

// How many letters must be put in, taken out or replaced to make `from` of `to` (Levenshtein).
std::size_t Distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string WordFor(const google::protobuf::EnumValueDescriptor& value) {
  if (value.options().HasExtension(v1::word)) {
    return value.options().GetExtension(v1::word);
  }
  std::string word = value.name().substr(PrefixOf(*value.type()).size());
  std::ranges::transform(word, word.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return word;
}

std::vector<std::string> Words(const google::protobuf::EnumDescriptor& enumeration) {
  std::vector<std::string> words;
  for (int i = 1; i < enumeration.value_count(); ++i) {
    words.push_back(WordFor(*enumeration.value(i)));
  }
  return words;
}

std::string OneOf(const std::vector<std::string>& words) {
  if (words.size() == 1) {
    return words.front();
  }
  std::string text = "one of ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) {
      text += i + 1 == words.size() ? " or " : ", ";
    }
    text += words[i];
  }
  return text;
}

std::string DidYouMean(std::string_view text, const std::vector<std::string>& known) {
  constexpr std::size_t kMaxLength = 64;
  if (text.empty() || text.size() > kMaxLength) {
    return "";
  }
  const std::string* nearest = nullptr;
  std::size_t least = std::max<std::size_t>(2, text.size() / 3) + 1;
  for (const std::string& word : known) {
    const std::size_t distance = Distance(text, word);
    if (distance < least && distance < word.size()) {
      least = distance;
      nearest = &word;
    }
  }
  return nearest == nullptr ? "" : "; did you mean \"" + *nearest + "\"?";
}

}  // namespace porthole::config
