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

// The viewer as it was built: three page templates and its assets, read once at start and served
// from memory. Immutable and thread-safe.
class ViewerFiles {
 public:
  // Reads the build output in `directory`: console.html, terminal.html, error.html and assets/.
  // Errors: NOT_FOUND or INVALID_ARGUMENT, naming the file.
  static absl::StatusOr<ViewerFiles> Load(const std::string& directory);

  // The page of a console: of its screen, or of a terminal where it speaks no RFB. `console_name`
  // is anything; it is escaped.
  std::string ConsolePage(std::string_view console_name, bool terminal) const;
  // The page that says why there is no console.
  std::string ErrorPage(std::string_view reason, std::string_view sentence) const;
  // The asset of that file name, or null.
  const Asset* Find(const std::string& name) const;
  const Asset* Icon() const;

 private:
  std::string console_page_;
  std::string terminal_page_;
  std::string error_page_;
  std::map<std::string, Asset> assets_;
};

// `text` as it may stand in HTML's text and quoted attributes.
std::string EscapeHtml(std::string_view text);

}  // namespace porthole::front
