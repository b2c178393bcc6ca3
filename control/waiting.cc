#include "control/waiting.h"

#include <grpc/support/time.h>
#include <grpcpp/alarm.h>

#include <mutex>
#include <optional>
#include <set>
#include <utility>

namespace porthole::control {
namespace {

// Lives as long as a record may still call it. The alarm only borrows it: gRPC 1.51 keeps an
// alarm's callback after it rang, so one that owned the wait, which owns the alarm, would leak.
class Wait : public std::enable_shared_from_this<Wait> {
 public:
  Wait(std::size_t total, absl::AnyInvocable<void(Outcome)> done)
      : total_(total), done_(std::move(done)) {}

  void Expect(const session::Record& record) {
    const std::lock_guard lock(mutex_);
    living_.insert(record.Names().session_id);
  }

  // After all Expect() and before the first Gone().
  void RingAfter(std::chrono::milliseconds limit) {
    const gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                               gpr_time_from_millis(limit.count(), GPR_TIMESPAN));
    alarm_.Set(deadline, [weak = weak_from_this()](bool) {
      if (const std::shared_ptr<Wait> self = weak.lock()) {
        self->Finish();
      }
    });
  }

  void Gone(const std::string& session_id) {
    {
      const std::lock_guard lock(mutex_);
      living_.erase(session_id);
      if (!living_.empty() || finished_) {
        return;
      }
    }
    Finish();
    alarm_.Cancel();
  }

 private:
  void Finish() {
    Outcome outcome;
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(finished_, true)) {
        return;
      }
      outcome.ended = total_ - living_.size();
      outcome.ending.assign(living_.begin(), living_.end());
    }
    done_(std::move(outcome));
  }

  const std::size_t total_;
  absl::AnyInvocable<void(Outcome)> done_;
  grpc::Alarm alarm_;
  std::mutex mutex_;  // guards all below
  std::set<std::string> living_;
  bool finished_ = false;
};

}  // namespace

void WhenGone(const std::vector<std::shared_ptr<session::Record>>& records,
              std::chrono::milliseconds limit,
              absl::AnyInvocable<void(Outcome)> done) {
  if (records.empty()) {
    done(Outcome());
    return;
  }
  const auto wait = std::make_shared<Wait>(records.size(), std::move(done));
  for (const std::shared_ptr<session::Record>& record : records) {
    wait->Expect(*record);
  }
  wait->RingAfter(limit);
  for (const std::shared_ptr<session::Record>& record : records) {
    record->OnGone([wait, id = record->Names().session_id]() { wait->Gone(id); });
  }
}

}  // namespace porthole::control
