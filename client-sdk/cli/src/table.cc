#include "table.h"

#include <algorithm>
#include <cstddef>

namespace porthole::cli {
namespace {

// In characters, for text of one column a character.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string printable;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters, too: 0xC2 and one byte below 0xA0.
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) {
      printable += '?';
      i += c1 ? 1 : 0;
    } else {
      printable += text[i];
    }
  }
  return printable;
}

void Table::Add(const std::vector<std::string>& cells) {
  std::vector<std::string>& row = rows_.emplace_back();
  std::ranges::transform(cells, std::back_inserter(row), Printable);
}

void Table::Write(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], Width(row.at(i)));
    }
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool last = i + 1 == widths.size();
      out << row.at(i) << (last ? "\n" : std::string(widths[i] - Width(row.at(i)) + 2, ' '));
    }
  }
}

}  // namespace porthole::cli
