#include "control/method_roles.h"

#include <algorithm>
#include <array>

namespace porthole::control {
namespace {

using config::Role;

struct MethodRole {
  std::string_view method;
  Role needed;
};

constexpr std::string_view kPackage = "/porthole.control.v1.";

constexpr std::array<MethodRole, 14> kMethods = {{
    {"TokenKeyService/PutTokenKey", Role::kAdmin},
    {"TokenKeyService/ListTokenKeys", Role::kViewer},
    {"TokenKeyService/DeleteTokenKey", Role::kAdmin},
    {"SessionService/ListSessions", Role::kViewer},
    {"SessionService/GetSession", Role::kViewer},
    {"SessionService/WatchSessions", Role::kViewer},
    {"SessionService/RevokeSessions", Role::kOperator},
    {"SessionService/ListBlocks", Role::kViewer},
    {"SessionService/LiftBlock", Role::kOperator},
    {"SessionService/UpdateSession", Role::kOperator},
    {"SessionService/AnnounceToSessions", Role::kOperator},
    {"NodeService/GetNode", Role::kViewer},
    {"NodeService/Drain", Role::kOperator},
    {"NodeService/Resume", Role::kOperator},
}};

const MethodRole* Find(std::string_view path) {
  const auto* const found = std::ranges::find(kMethods, ShortMethod(path), &MethodRole::method);
  return found == kMethods.end() ? nullptr : found;
}

}  // namespace

config::Role RoleNeeded(std::string_view path) {
  const MethodRole* const found = Find(path);
  return found == nullptr ? Role::kViewer : found->needed;
}

bool IsListed(std::string_view path) {
  return Find(path) != nullptr;
}

bool Covers(config::Role has, config::Role needed) {
  // From the mightiest to the least.
  return static_cast<int>(has) <= static_cast<int>(needed);
}

std::string_view Name(config::Role role) {
  constexpr std::array<std::string_view, 3> kNames = {"admin", "operator", "viewer"};
  return kNames.at(static_cast<std::size_t>(role));
}

std::string_view ShortMethod(std::string_view path) {
  return path.starts_with(kPackage) ? path.substr(kPackage.size()) : path;
}

}  // namespace porthole::control
