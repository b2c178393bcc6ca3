#pragma once

#include "config/problems.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::config {

struct YamlEntry;

// One value of a YAML document, and where it is written.
struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  int line = 0;                    // from 1; 0 for a value that stands in no file
  bool quoted = false;             // of a scalar: written in quotes or as a block
  std::string text;                // of a scalar
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a map, each key once
};

struct YamlEntry {
  std::string key;
  int line = 0;
  YamlNode value;
};

inline constexpr std::size_t kMaxFileBytes = 1 << 20U;
inline constexpr std::size_t kMaxYamlDepth = 16;
inline constexpr std::size_t kMaxYamlNodes = 20000;

// Reads the one document of `text`; nothing at all is kNull. Anchors, aliases, tags, duplicate
// keys, keys that are no plain words, more than one document, what is not UTF-8, and what exceeds
// the bounds above is a problem, each with its line. Never throws.
YamlNode ReadYaml(std::string_view text, Problems& problems);

}  // namespace porthole::config
