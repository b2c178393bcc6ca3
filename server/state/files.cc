#include "state/files.h"

#include "base/status.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace porthole::state {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOwnFile = 0600;
constexpr mode_t kOwnDirectory = 0700;

std::string ParentOf(const std::string& path) {
  const std::string parent = fs::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

bool WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written < 0 ? 0 : written));
  }
  return true;
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (number_ >= 0) {
    ::close(number_);
  }
}

absl::Status SystemError(const std::string& action) {
  return Error(absl::StatusCode::kUnavailable,
               action + ": " + std::generic_category().message(errno));
}

absl::Status EnsureDirectory(const std::string& path) {
  if (::mkdir(path.c_str(), kOwnDirectory) == 0 || errno == EEXIST) {
    return absl::OkStatus();
  }
  const std::string parent = ParentOf(path);
  if (errno == ENOENT && parent != path) {
    if (absl::Status made = EnsureDirectory(parent); !made.ok()) {
      return made;
    }
    if (::mkdir(path.c_str(), kOwnDirectory) == 0) {
      return SyncDirectory(parent);
    }
  }
  return SystemError("cannot make the directory " + path);
}

absl::Status SyncDirectory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.Valid() || ::fsync(directory.Number()) != 0) {
    return SystemError("cannot sync the directory " + path);
  }
  return absl::OkStatus();
}

absl::Status MakeFile(const std::string& path, const std::string& content) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const Descriptor file(::open(path.c_str(), kFlags, kOwnFile));
  if (!file.Valid()) {
    return errno == EEXIST ? Error(absl::StatusCode::kAlreadyExists, path + " is there already")
                           : SystemError("cannot make " + path);
  }
  if (!WriteAll(file.Number(), content) || ::fsync(file.Number()) != 0) {
    absl::Status failed = SystemError("cannot write " + path);
    ::unlink(path.c_str());
    return failed;
  }
  return SyncDirectory(ParentOf(path));
}

absl::StatusOr<Descriptor> LockDirectory(const std::string& directory) {
  const std::string path = directory + "/lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kOwnFile));
  if (!file.Valid()) {
    return SystemError("cannot open " + path);
  }
  if (::flock(file.Number(), LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? Error(absl::StatusCode::kFailedPrecondition,
                                        "another process uses the state directory " + directory)
                                : SystemError("cannot lock " + path);
  }
  return file;
}

}  // namespace porthole::state
