#include "telemetry/audit_file.h"

#include "base/status.h"

#include <cerrno>
#include <cstddef>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace porthole::telemetry {

absl::StatusOr<AuditFile> AuditFile::Open(const std::string& path) {
  constexpr int kMode = 0600;
  const int descriptor =
      open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode);
  if (descriptor < 0) {
    return Error(absl::StatusCode::kUnavailable, "cannot open the audit log " + path + ": " +
                                                     std::generic_category().message(errno));
  }
  return AuditFile(descriptor);
}

AuditFile::AuditFile(AuditFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), torn_(other.torn_) {}

AuditFile::~AuditFile() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

bool AuditFile::Append(std::string_view line) {
  if (torn_ && !Write("\n")) {
    return false;
  }
  torn_ = false;
  return Write(line);
}

bool AuditFile::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      torn_ = true;
    } else if (written == 0 || errno != EINTR) {
      return false;
    }
  }
  torn_ = false;
  return true;
}

}  // namespace porthole::telemetry
