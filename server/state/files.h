#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <string>

namespace porthole::state {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int Number() const { return number_; }
  bool Valid() const { return number_ >= 0; }

 private:
  int number_;
};

// The system's answer to what just failed: UNAVAILABLE with "`action`: why". Reads errno.
absl::Status SystemError(const std::string& action);

// Makes the directory and those above it (0700), where they are not there. Errors: UNAVAILABLE.
absl::Status EnsureDirectory(const std::string& path);

// Brings a directory's entries to the disk: a file that was made or renamed in it stays after power
// loss. Errors: UNAVAILABLE.
absl::Status SyncDirectory(const std::string& path);

// Makes the file at `path` (0600), which must not be there, with `content`, and brings it to the
// disk. Errors: UNAVAILABLE; ALREADY_EXISTS.
absl::Status MakeFile(const std::string& path, const std::string& content);

// Holds `directory` for this process: as long as the descriptor lives, no other can. Errors:
// FAILED_PRECONDITION another process holds it; UNAVAILABLE.
absl::StatusOr<Descriptor> LockDirectory(const std::string& directory);

}  // namespace porthole::state
