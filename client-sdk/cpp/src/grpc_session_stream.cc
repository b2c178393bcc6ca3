#include "grpc_session_stream.h"

#include "status.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace porthole::client::internal {
namespace {

// gRPC calls the reactor on its own threads; Read() waits on the reader's. One message is kept: the
// next one is asked for when it was taken, so that a slow reader is slow for the node, too. A read
// that fails is the last one, and only then may the call be done: until there it is held. gRPC may
// call back from within StartRead(), so that is never called under the lock.
class GrpcSessionStream final : public SessionStream,
                                private grpc::ClientReadReactor<v1::WatchSessionsResponse> {
 public:
  GrpcSessionStream(v1::SessionService::Stub& stub,
                    v1::WatchSessionsRequest request,
                    std::string where)
      : where_(std::move(where)), request_(std::move(request)) {
    stub.async()->WatchSessions(&call_, &request_, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  GrpcSessionStream(const GrpcSessionStream&) = delete;
  GrpcSessionStream& operator=(const GrpcSessionStream&) = delete;

  ~GrpcSessionStream() override {
    call_.TryCancel();
    std::unique_lock lock(mutex_);
    closing_ = true;
    if (std::exchange(arrived_, false)) {
      lock.unlock();
      StartRead(&incoming_);
      lock.lock();
    }
    changed_.wait(lock, [this] { return done_; });
  }

  absl::Status WaitUntilBegun(std::chrono::milliseconds silence) override {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, silence, [this] { return begun_ || done_; })) {
      return Silent(silence);
    }
    return begun_ ? absl::OkStatus() : ended_;
  }

  absl::StatusOr<v1::WatchSessionsResponse> Read(std::chrono::milliseconds silence) override {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, silence, [this] { return arrived_ || done_; })) {
      return Silent(silence);
    }
    if (!arrived_) {
      return ended_;
    }
    v1::WatchSessionsResponse message = std::move(incoming_);
    incoming_.Clear();
    arrived_ = false;
    lock.unlock();
    StartRead(&incoming_);
    return message;
  }

  void Cancel() override { call_.TryCancel(); }

 private:
  absl::Status Silent(std::chrono::milliseconds silence) const {
    return Error(absl::StatusCode::kDeadlineExceeded,
                 where_ + ": the node was silent for " + std::to_string(silence.count()) + " ms");
  }

  void OnReadInitialMetadataDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    begun_ = ok;
    changed_.notify_all();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      RemoveHold();
    } else if (!Keep()) {
      StartRead(&incoming_);
    }
  }

  // Gives the message to the reader; false when there is none any more.
  bool Keep() {
    const std::lock_guard lock(mutex_);
    arrived_ = !closing_;
    changed_.notify_all();
    return arrived_;
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock(mutex_);
    ended_ = status.ok() ? Error(absl::StatusCode::kUnavailable, where_ + ": the node ended it")
                         : FromGrpc(status, where_);
    done_ = true;
    // Under the lock: who waits for this destroys the object at once.
    changed_.notify_all();
  }

  const std::string where_;
  const v1::WatchSessionsRequest request_;
  grpc::ClientContext call_;
  std::mutex mutex_;
  std::condition_variable changed_;
  v1::WatchSessionsResponse incoming_;
  bool begun_ = false;
  bool arrived_ = false;
  bool closing_ = false;
  bool done_ = false;
  absl::Status ended_;
};

}  // namespace

std::unique_ptr<SessionStream> MakeGrpcSessionStream(v1::SessionService::Stub& stub,
                                                     const v1::WatchSessionsRequest& request,
                                                     std::string context) {
  return std::make_unique<GrpcSessionStream>(stub, request, std::move(context));
}

}  // namespace porthole::client::internal
