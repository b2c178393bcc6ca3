#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>

namespace porthole::telemetry {

// The file of the audit log, appended to. Belongs to the audit log's thread.
class AuditFile {
 public:
  // Opens `path`, or makes it (mode 0600); never follows a link at its end. Errors: UNAVAILABLE,
  // with the path and why.
  static absl::StatusOr<AuditFile> Open(const std::string& path);
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;
  AuditFile(AuditFile&& other) noexcept;
  AuditFile& operator=(AuditFile&&) = delete;
  ~AuditFile();

  // Writes all of `line`; returns whether it could. After half of one, the next begins a new line.
  bool Append(std::string_view line);

 private:
  explicit AuditFile(int descriptor) : descriptor_(descriptor) {}

  bool Write(std::string_view bytes);

  int descriptor_;
  bool torn_ = false;  // the last line is there by half
};

}  // namespace porthole::telemetry
