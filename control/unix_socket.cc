#include "control/unix_socket.h"

#include "base/status.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <grp.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace porthole::control {
namespace {

constexpr mode_t kPermissionBits = 0777;

absl::Status Failed(const std::string& action) {
  return Error(absl::StatusCode::kFailedPrecondition,
               action + ": " + std::generic_category().message(errno));
}

absl::Status Refused(const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, message);
}

mode_t DirectoryMode(const config::ControlUnix& socket) {
  return socket.group.empty() ? 0700 : 0770;
}

absl::StatusOr<gid_t> FindGroup(const std::string& name) {
  group entry{};
  group* found = nullptr;
  std::array<char, 16384> strings{};
  if (::getgrnam_r(name.c_str(), &entry, strings.data(), strings.size(), &found) != 0 ||
      found == nullptr) {
    return Refused("there is no group \"" + name + "\" for the control socket");
  }
  return entry.gr_gid;
}

absl::Status GiveTo(const std::string& path, const std::string& group, mode_t mode) {
  if (!group.empty()) {
    const absl::StatusOr<gid_t> id = FindGroup(group);
    if (!id.ok()) {
      return id.status();
    }
    if (::chown(path.c_str(), static_cast<uid_t>(-1), *id) != 0) {
      return Failed("cannot give " + path + " to the group " + group);
    }
  }
  return ::chmod(path.c_str(), mode) == 0 ? absl::OkStatus()
                                          : Failed("cannot change the mode of " + path);
}

absl::Status CheckDirectory(const std::string& directory, mode_t allowed) {
  struct stat facts{};
  if (::lstat(directory.c_str(), &facts) != 0) {
    return Failed("cannot look at " + directory);
  }
  if (!S_ISDIR(facts.st_mode) || (facts.st_uid != ::geteuid() && facts.st_uid != 0)) {
    return Refused(directory + " is not a directory of this user");
  }
  if ((facts.st_mode & kPermissionBits & ~allowed) != 0) {
    return Refused("the control socket's directory " + directory +
                   " lets others in; make it 0700, or 0770 with a configured group");
  }
  return absl::OkStatus();
}

absl::Status EnsureDirectory(const std::string& directory, const config::ControlUnix& socket) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    return GiveTo(directory, socket.group, DirectoryMode(socket));
  }
  if (errno != EEXIST) {
    return Failed("cannot make " + directory);
  }
  return CheckDirectory(directory, DirectoryMode(socket));
}

// A socket file may be left of a process that is gone; one that answers is somebody's.
absl::Status CheckNobodyAnswers(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) {
    return Failed("cannot make a socket");
  }
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API.
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  const bool answers = ::connect(probe, generic, sizeof address) == 0;
  ::close(probe);
  return answers ? Refused(std::string(&address.sun_path[0]) +
                           " is in use: another process answers on it")
                 : absl::OkStatus();
}

}  // namespace

absl::Status PrepareSocket(const config::ControlUnix& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!socket.path.starts_with('/') || socket.path.size() >= sizeof address.sun_path) {
    return Refused("the control socket's path must be absolute and at most " +
                   std::to_string(sizeof address.sun_path - 1) + " bytes: " + socket.path);
  }
  socket.path.copy(&address.sun_path[0], socket.path.size());
  const absl::Status ready =
      EnsureDirectory(std::filesystem::path(socket.path).parent_path().string(), socket);
  return ready.ok() ? CheckNobodyAnswers(address) : ready;
}

absl::Status ProtectSocket(const config::ControlUnix& socket) {
  return GiveTo(socket.path, socket.group, socket.group.empty() ? 0600 : 0660);
}

}  // namespace porthole::control
