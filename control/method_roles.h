#pragma once

#include "config/configuration.h"

#include <string_view>

namespace porthole::control {

// The role that a caller needs for a gRPC path ("/package.Service/Method"): the one table for all
// methods. What the table does not name (health, reflection, methods that do not exist) needs the
// least role, but a role.
config::Role RoleNeeded(std::string_view path);

// Whether the table names `path`.
bool IsListed(std::string_view path);

// Whether a caller with the role `has` may do what needs the role `needed`.
bool Covers(config::Role has, config::Role needed);

// "admin", "operator", "viewer"
std::string_view Name(config::Role role);

// "Service/Method" of a path of ours, for metrics and logs; the path itself otherwise.
std::string_view ShortMethod(std::string_view path);

}  // namespace porthole::control
