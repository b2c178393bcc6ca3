#include "session/claim.h"

#include <mutex>
#include <utility>

namespace porthole::session {

struct PendingClaim::Answer {
  std::mutex mutex;
  bool here = false;
  std::optional<Refusal> refusal;
};

PendingClaim::PendingClaim(const admission::Admission& admission,
                           const admission::AdmittedGrant& admitted,
                           std::function<void()> answered)
    : answer_(std::make_shared<Answer>()) {
  admission.Claim(admitted,
                  [answer = answer_, ring = std::move(answered)](std::optional<Refusal> refusal) {
                    {
                      const std::lock_guard lock(answer->mutex);
                      answer->refusal = std::move(refusal);
                      answer->here = true;
                    }
                    ring();
                  });
}

bool PendingClaim::Answered() const {
  const std::lock_guard lock(answer_->mutex);
  return answer_->here;
}

std::optional<Refusal> PendingClaim::Refused() const {
  const std::lock_guard lock(answer_->mutex);
  return answer_->refusal;
}

}  // namespace porthole::session
