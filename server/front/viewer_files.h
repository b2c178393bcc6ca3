#pragma once

#include <absl/status/statusor.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace porthole::front {

// One file that never changes under its name.
struct Asset {
  std::string content_type;
  std::shared_ptr<const std::string> body;
};

// The viewer as it was built: two page templates and its assets, read once at start and served from
// memory. Immutable and thread-safe.
class ViewerFiles {
 public:
  // Reads the build output in `directory`: console.html, error.html and assets/.
  // Errors: NOT_FOUND or INVALID_ARGUMENT, naming the file.
  static absl::StatusOr<ViewerFiles> Load(const std::string& directory);

  // The page of a console. `console_name` is anything; it is escaped.
  std::string ConsolePage(std::string_view console_name) const;
  // The page that says why there is no console.
  std::string ErrorPage(std::string_view reason, std::string_view sentence) const;
  // The asset of that file name, or null.
  const Asset* Find(const std::string& name) const;
  const Asset* Icon() const;

 private:
  std::string console_page_;
  std::string error_page_;
  std::map<std::string, Asset> assets_;
};

// `text` as it may stand in HTML's text and quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace porthole::front
