#include "control/call.h"

#include "base/status.h"
#include "control/method_roles.h"

#include <array>
#include <utility>

namespace porthole::control {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) {
    return grpc::Status::OK;
  }
  return {static_cast<grpc::StatusCode>(status.code()), Message(status)};
}

absl::Status NotYet(std::string_view method) {
  return Error(absl::StatusCode::kUnimplemented,
               "this version of Porthole does not have " + std::string(method) + " yet");
}

Call::Call(const CallBooks& books, grpc::CallbackServerContext& context, std::string_view method)
    : books_(&books),
      context_(&context),
      reactor_(context.DefaultReactor()),
      method_(method),
      started_(books.clock.Steady()) {}

Call::Call(Call&& other) noexcept
    : books_(other.books_),
      context_(other.context_),
      reactor_(std::exchange(other.reactor_, nullptr)),
      method_(other.method_),
      started_(other.started_),
      audit_(std::move(other.audit_)) {}

Call::~Call() {
  if (reactor_ != nullptr) {
    Finish(Error(absl::StatusCode::kInternal, "the call was dropped"));
  }
}

std::string Call::CallerName() const {
  const std::shared_ptr<const Gate> gate = context_->peer().starts_with("unix:")
                                               ? books_->unix_gate
                                               : std::shared_ptr<const Gate>(books_->tcp_gate);
  if (gate == nullptr) {
    return "unknown";
  }
  const absl::StatusOr<Identity> caller = gate->Who(*context_->auth_context());
  return caller.ok() ? caller->name : "unknown";
}

void Call::Audit(std::string what) {
  audit_ = std::move(what);
}

void Call::Finish(const absl::Status& status) {
  WriteDown(status);
  std::exchange(reactor_, nullptr)->Finish(ToGrpc(status));
}

void Call::WriteDown(const absl::Status& status) const {
  books_->metrics.Finished(method_, static_cast<int>(status.code()),
                           books_->clock.Steady() - started_);
  // What needs the least role only looks.
  if (RoleNeeded(method_) == config::Role::kViewer) {
    return;
  }
  const std::string caller = CallerName();
  const std::string peer = context_->peer();
  const std::string code = absl::StatusCodeToString(status.code());
  const std::string detail = Message(status);
  const std::array<telemetry::Field, 6> fields = {{{"method", method_},
                                                   {"caller", caller},
                                                   {"peer", peer},
                                                   {"what", audit_},
                                                   {"code", code},
                                                   {"detail", detail}}};
  books_->log.Log(telemetry::Level::kInfo, "control_call", fields);
  books_->audit.Record("control_call", fields);
}

}  // namespace porthole::control
