#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace porthole::telemetry {

// Where the audit log is kept: a file, appended to, or standard output. Belongs to the audit log's
// thread, but for Hurry().
class AuditFile {
 public:
  // Opens `path`, or makes it (mode 0600); never follows a link at its end. Errors: UNAVAILABLE,
  // with the path and why.
  static absl::StatusOr<std::unique_ptr<AuditFile>> Open(const std::string& path);
  // Standard output, which may be a pipe that nobody reads: that is waited for, until Hurry().
  static std::unique_ptr<AuditFile> StandardOutput();
  // Any open descriptor, which it takes over.
  static std::unique_ptr<AuditFile> OnDescriptor(int descriptor);
  AuditFile(const AuditFile&) = delete;
  AuditFile& operator=(const AuditFile&) = delete;
  ~AuditFile();

  // Writes all of `line`; returns whether it could. After half of one, the next begins a new line.
  bool Append(std::string_view line);

  // Opens the path again, for a file that was moved away; does nothing to standard output. Errors:
  // as Open(), and then the old file goes on.
  absl::Status Reopen();

  // From now on Append() waits for nobody longer than a second in all. Thread-safe.
  void Hurry();

 private:
  AuditFile(std::string path, int descriptor);

  bool Write(std::string_view bytes);
  bool AwaitWritable() const;

  const std::string path_;  // empty: standard output
  int descriptor_;
  bool torn_ = false;  // the last line is there by half
  // Steady time; from then on nothing is waited for.
  std::atomic<std::chrono::steady_clock::rep> hurry_until_;
};

}  // namespace porthole::telemetry
