#include "telemetry/line_file.h"

#include "base/status.h"

#include <cerrno>
#include <climits>
#include <cstddef>
#include <fcntl.h>
#include <limits>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace porthole::telemetry {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{100};  // how often a full pipe looks whether to hurry
constexpr std::chrono::seconds kHurry{1};

absl::StatusOr<int> OpenPath(const std::string& path) {
  constexpr int kMode = 0600;
  const int descriptor =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (descriptor < 0) {
    return Error(absl::StatusCode::kUnavailable, "cannot open the audit log " + path + ": " +
                                                     std::generic_category().message(errno));
  }
  return descriptor;
}

// What is written at once: whole lines, where one of them fits, so that others who write to the
// same pipe do not come between.
std::string_view FirstPiece(std::string_view bytes) {
  const std::string_view most = bytes.substr(0, PIPE_BUF);
  const std::size_t end = most.rfind('\n');
  return end == std::string_view::npos ? most : most.substr(0, end + 1);
}

}  // namespace

LineFile::LineFile(std::string path, int descriptor)
    : path_(std::move(path)),
      descriptor_(descriptor),
      hurry_until_(std::numeric_limits<Steady::rep>::max()) {}

absl::StatusOr<std::unique_ptr<LineFile>> LineFile::Open(const std::string& path) {
  const absl::StatusOr<int> descriptor = OpenPath(path);
  if (!descriptor.ok()) {
    return descriptor.status();
  }
  return std::unique_ptr<LineFile>(new LineFile(path, *descriptor));
}

std::unique_ptr<LineFile> LineFile::StandardOutput() {
  return OnDescriptor(STDOUT_FILENO);
}

std::unique_ptr<LineFile> LineFile::StandardError() {
  return OnDescriptor(STDERR_FILENO);
}

std::unique_ptr<LineFile> LineFile::OnDescriptor(int descriptor) {
  return std::unique_ptr<LineFile>(new LineFile("", descriptor));
}

LineFile::~LineFile() {
  if (descriptor_ > STDERR_FILENO) {
    close(descriptor_);
  }
}

bool LineFile::Append(std::string_view line) {
  if (torn_ && !Write("\n")) {
    return false;
  }
  torn_ = false;
  return Write(line);
}

absl::Status LineFile::Reopen() {
  if (path_.empty()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<int> descriptor = OpenPath(path_);
  if (!descriptor.ok()) {
    return descriptor.status();
  }
  close(std::exchange(descriptor_, *descriptor));
  torn_ = false;
  return absl::OkStatus();
}

void LineFile::Hurry() {
  hurry_until_ = (Steady::now() + kHurry).time_since_epoch().count();
}

// A pipe that can be written takes PIPE_BUF bytes without blocking (pipe(7)).
bool LineFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!AwaitWritable()) {
      return false;
    }
    const std::string_view piece = FirstPiece(bytes);
    const ssize_t written = write(descriptor_, piece.data(), piece.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      torn_ = true;
    } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    }
  }
  torn_ = false;
  return true;
}

// Whether it can be written, or fails at once. A file always can.
bool LineFile::AwaitWritable() const {
  for (;;) {
    pollfd watched{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    const bool hurries = Steady::now().time_since_epoch().count() >= hurry_until_.load();
    const int ready = poll(&watched, 1, hurries ? 0 : static_cast<int>(kLook.count()));
    if (ready > 0) {
      return true;
    }
    if (hurries || (ready < 0 && errno != EINTR)) {
      return false;
    }
  }
}

}  // namespace porthole::telemetry
