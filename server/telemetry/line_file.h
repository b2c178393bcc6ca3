#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace porthole::telemetry {

// What lines are appended to: a file, or standard output or error. Belongs to the thread that
// writes, but for Hurry().
class LineFile {
 public:
  // Opens `path`, or makes it (mode 0600); never follows a link at its end. Errors: UNAVAILABLE,
  // with the path and why.
  static absl::StatusOr<std::unique_ptr<LineFile>> Open(const std::string& path);
  // Either may be a pipe that nobody reads: that is waited for, until Hurry().
  static std::unique_ptr<LineFile> StandardOutput();
  static std::unique_ptr<LineFile> StandardError();
  // Any open descriptor, which it takes over.
  static std::unique_ptr<LineFile> OnDescriptor(int descriptor);
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;
  ~LineFile();

  // Writes all of `line`, or of several; returns whether it could. After half of one, the next
  // begins a new line.
  bool Append(std::string_view line);

  // Opens the path again, for a file that was moved away; does nothing to any other. Errors: as
  // Open(), and then the old file goes on.
  absl::Status Reopen();

  // From now on Append() waits for nobody longer than a second in all. Thread-safe.
  void Hurry();

 private:
  LineFile(std::string path, int descriptor);

  bool Write(std::string_view bytes);
  bool AwaitWritable() const;

  const std::string path_;  // empty: none
  int descriptor_;
  bool torn_ = false;  // the last line is there by half
  // Steady time; from then on nothing is waited for.
  std::atomic<std::chrono::steady_clock::rep> hurry_until_;
};

}  // namespace porthole::telemetry
