#pragma once

#include "porthole/control/v1/session_service.grpc.pb.h"

#include <grpcpp/client_context.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace porthole::control {

// A client of WatchSessions that reads when it is told to.
class Watching {
 public:
  Watching(v1::SessionService::Stub& stub, const v1::WatchSessionsRequest& request) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(120));
    stream_ = stub.WatchSessions(&context_, request);
  }
  ~Watching() {
    if (!finished_) {
      context_.TryCancel();
      Finish();
    }
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  // The next message; UNSPECIFIED at the end.
  v1::WatchSessionsResponse Next() {
    v1::WatchSessionsResponse message;
    stream_->Read(&message);
    return message;
  }
  // Everything up to and with the first message of `type`.
  std::vector<v1::WatchSessionsResponse> Until(v1::SessionEventType type) {
    std::vector<v1::WatchSessionsResponse> messages;
    do {
      messages.push_back(Next());
    } while (messages.back().type() != type &&
             messages.back().type() != v1::SESSION_EVENT_TYPE_UNSPECIFIED);
    return messages;
  }
  // Skips what was live.
  void Sync() { Until(v1::SESSION_EVENT_TYPE_SYNCED); }

  void Cancel() { context_.TryCancel(); }
  grpc::Status Finish() {
    for (v1::WatchSessionsResponse message; stream_->Read(&message);) {
    }
    finished_ = true;
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchSessionsResponse>> stream_;
  bool finished_ = false;
};

// "LIVE session-1 ACTIVE", for readable expectations.
inline std::string Told(const v1::WatchSessionsResponse& message) {
  const auto rest = [](const std::string& name, std::size_t prefix) { return name.substr(prefix); };
  std::string text = rest(v1::SessionEventType_Name(message.type()), 19);
  if (message.has_session()) {
    text += " " + message.session().session_id() + " " +
            rest(v1::SessionState_Name(message.session().state()), 14);
  }
  return text;
}

}  // namespace porthole::control
