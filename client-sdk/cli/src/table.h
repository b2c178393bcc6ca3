#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::cli {

// A table for people: columns as wide as their widest cell.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_({std::move(header)}) {}

  // As many cells as the header has. Characters that could steer a terminal become '?'.
  void Add(const std::vector<std::string>& cells);
  void Write(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// `text` without control characters: names come from far away.
std::string Printable(std::string_view text);

}  // namespace porthole::cli
