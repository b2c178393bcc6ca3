#pragma once

#include "config/configuration.h"

#include <absl/status/status.h>

namespace porthole::control {

// Makes the directory of the control socket where it is missing (mode 0700, 0770 with a group), and
// sees to it that nobody else can enter it: its permissions are what guards the socket.
// Errors: with the path, when the directory lets others in, is not a directory of this user or
// root, or when the path is too long or another process answers on the socket already.
absl::Status PrepareSocket(const config::ControlUnix& socket);

// Narrows the socket itself (0600, 0660 with a group) once it is there.
absl::Status ProtectSocket(const config::ControlUnix& socket);

}  // namespace porthole::control
