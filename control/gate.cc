#include "control/gate.h"

#include "base/status.h"
#include "control/method_roles.h"

#include <array>
#include <string>

namespace porthole::control {

grpc::Status Gate::Process(const InputMetadata& metadata,
                           grpc::AuthContext* context,
                           OutputMetadata* /*consumed*/,
                           OutputMetadata* /*response*/) {
  const auto found = metadata.find(":path");
  const std::string_view path = found == metadata.end()
                                    ? std::string_view()
                                    : std::string_view(found->second.data(), found->second.size());
  const absl::Status judged = Judge(path, *context);
  if (judged.ok()) {
    return grpc::Status::OK;
  }
  const std::string message = Message(judged);
  const auto code = static_cast<grpc::StatusCode>(judged.code());
  const std::string code_name = absl::StatusCodeToString(judged.code());
  const std::array<telemetry::Field, 3> fields = {
      {{"method", ShortMethod(path)}, {"code", code_name}, {"reason", message}}};
  books_.log.Log(telemetry::Level::kWarning, "control_refused", fields);
  books_.audit.Record("control_refused", fields);
  books_.metrics.Finished(ShortMethod(path), code, std::chrono::nanoseconds(0));
  return {code, message};
}

absl::StatusOr<Identity> Gate::Who(const grpc::AuthContext& context) const {
  if (everybody_.has_value()) {
    return *everybody_;
  }
  std::shared_ptr<const Callers> callers;
  {
    const std::lock_guard lock(mutex_);
    callers = callers_;
  }
  return callers->Identify(NamesOf(context));
}

void Gate::SetCallers(Callers callers) {
  auto fresh = std::make_shared<const Callers>(std::move(callers));
  const std::lock_guard lock(mutex_);
  callers_ = std::move(fresh);
}

absl::Status Gate::Judge(std::string_view path, const grpc::AuthContext& context) const {
  const absl::StatusOr<Identity> caller = Who(context);
  if (!caller.ok()) {
    return caller.status();
  }
  const config::Role needed = RoleNeeded(path);
  if (!Covers(caller->role, needed)) {
    return Error(absl::StatusCode::kPermissionDenied,
                 caller->name + " has the role " + std::string(Name(caller->role)) + ", and " +
                     std::string(ShortMethod(path)) + " needs the role " +
                     std::string(Name(needed)));
  }
  return absl::OkStatus();
}

}  // namespace porthole::control
