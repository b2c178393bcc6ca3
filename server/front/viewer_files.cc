#include "front/viewer_files.h"

#include "base/status.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <system_error>
#include <utility>

namespace porthole::front {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 8UL * 1024 * 1024;
constexpr std::size_t kMaxFiles = 256;

struct ContentType {
  std::string_view ending;
  std::string_view type;
};
constexpr std::array<ContentType, 8> kContentTypes = {{{".js", "text/javascript; charset=utf-8"},
                                                       {".css", "text/css; charset=utf-8"},
                                                       {".svg", "image/svg+xml"},
                                                       {".png", "image/png"},
                                                       {".ico", "image/x-icon"},
                                                       {".woff2", "font/woff2"},
                                                       {".map", "application/json"},
                                                       {".txt", "text/plain; charset=utf-8"}}};

std::string TypeOf(const fs::path& file) {
  const auto* const found = std::ranges::find(
      kContentTypes, std::string_view(file.extension().native()), &ContentType::ending);
  return std::string(found == kContentTypes.end() ? "application/octet-stream" : found->type);
}

absl::StatusOr<std::string> ReadFile(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error) {
    return Error(absl::StatusCode::kNotFound, file.string() + ": " + error.message());
  }
  if (size > kMaxFileBytes) {
    return Error(absl::StatusCode::kInvalidArgument, file.string() + ": longer than 8 MiB");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream) {
    return Error(absl::StatusCode::kNotFound, file.string() + ": cannot be read");
  }
  return bytes;
}

// Puts values into the places "{{name}}". What was put in is not looked at again.
std::string Fill(std::string_view page,
                 std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string filled;
  while (!page.empty()) {
    const std::size_t open = page.find("{{");
    const std::size_t close = page.find("}}", open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      break;
    }
    filled += page.substr(0, open);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    for (const auto& [key, value] : values) {
      if (key == name) {
        filled += value;
      }
    }
    page.remove_prefix(close + 2);
  }
  filled += page;
  return filled;
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

absl::StatusOr<ViewerFiles> ViewerFiles::Load(const std::string& directory) {
  ViewerFiles files;
  const fs::path root(directory);
  for (const auto& [name, page] : {std::pair{"console.html", &files.console_page_},
                                   std::pair{"terminal.html", &files.terminal_page_},
                                   std::pair{"error.html", &files.error_page_}}) {
    absl::StatusOr<std::string> text = ReadFile(root / name);
    if (!text.ok()) {
      return text.status();
    }
    *page = *std::move(text);
  }
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "assets", error)) {
    if (std::error_code unknown; !entry.is_regular_file(unknown)) {
      continue;
    }
    absl::StatusOr<std::string> bytes = ReadFile(entry.path());
    if (!bytes.ok()) {
      return bytes.status();
    }
    files.assets_.emplace(
        entry.path().filename().string(),
        Asset{TypeOf(entry.path()), std::make_shared<const std::string>(*std::move(bytes))});
    if (files.assets_.size() > kMaxFiles) {
      return Error(absl::StatusCode::kInvalidArgument, directory + "/assets: more than 256 files");
    }
  }
  if (error || files.assets_.empty()) {
    return Error(absl::StatusCode::kNotFound, directory + "/assets: no files");
  }
  return files;
}

std::string ViewerFiles::ConsolePage(std::string_view console_name, bool terminal) const {
  return Fill(terminal ? terminal_page_ : console_page_,
              {{"console_name", EscapeHtml(console_name.empty() ? "Console" : console_name)}});
}

std::string ViewerFiles::ErrorPage(std::string_view reason, std::string_view sentence) const {
  return Fill(error_page_, {{"reason", EscapeHtml(reason)}, {"sentence", EscapeHtml(sentence)}});
}

const Asset* ViewerFiles::Find(const std::string& name) const {
  const auto found = assets_.find(name);
  return found == assets_.end() ? nullptr : &found->second;
}

const Asset* ViewerFiles::Icon() const {
  const auto found = std::ranges::find_if(
      assets_, [](const auto& asset) { return asset.first.starts_with("favicon"); });
  return found == assets_.end() ? nullptr : &found->second;
}

}  // namespace porthole::front
