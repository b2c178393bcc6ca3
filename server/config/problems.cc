#include "config/problems.h"

#include "base/status.h"

#include <cstdint>

namespace porthole::config {

std::string Shown(std::string_view text) {
  constexpr std::size_t kMaxBytes = 80;
  std::string shown = "\"";
  for (const char character : text.substr(0, kMaxBytes)) {
    const auto code = static_cast<std::uint8_t>(character);
    shown += code < 0x20 || code == 0x7F ? '?' : character;
  }
  // A character that was cut in two must not be shown by half.
  const bool cut = text.size() > kMaxBytes;
  if (cut && (static_cast<std::uint8_t>(text[kMaxBytes]) & 0xC0U) == 0x80U) {
    while ((static_cast<std::uint8_t>(shown.back()) & 0xC0U) == 0x80U) {
      shown.pop_back();
    }
    shown.pop_back();
  }
  shown += cut ? "…\"" : "\"";
  return shown;
}

std::string Joined(std::string_view path, std::string_view name) {
  constexpr std::size_t kMaxName = 40;
  constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const bool plain = !name.empty() && name.size() <= kMaxName &&
                     name.find_first_not_of(kNameLetters) == std::string_view::npos;
  std::string joined(path);
  joined += path.empty() ? "" : ".";
  joined += plain ? std::string(name) : Shown(name);
  return joined;
}

void Problems::Add(const std::string& key, std::string_view what) {
  AddAt(LineOf(key), key, what);
}

void Problems::AddAt(int line, std::string_view key, std::string_view what) {
  ++count_;
  if (Full()) {
    return;
  }
  std::string said = file_;
  if (line > 0) {
    said += ":" + std::to_string(line);
  }
  said += ": ";
  if (!key.empty()) {
    said += std::string(key) + ": ";
  }
  said += what;
  said_.emplace(line, said);
}

int Problems::LineOf(std::string_view key) const {
  while (!key.empty()) {
    const auto found = lines_.find(key);
    if (found != lines_.end()) {
      return found->second;
    }
    const std::size_t border = key.find_last_of(".[");
    key = key.substr(0, border == std::string_view::npos ? 0 : border);
  }
  return 0;
}

absl::Status Problems::ToStatus() const {
  if (Empty()) {
    return absl::OkStatus();
  }
  std::string all;
  for (const auto& [line, said] : said_) {
    all += (all.empty() ? "" : "\n") + said;
  }
  if (count_ > said_.size()) {
    all += "\n" + file_ + ": and " + std::to_string(count_ - said_.size()) + " more problems";
  }
  return Error(absl::StatusCode::kInvalidArgument, all);
}

}  // namespace porthole::config
