#pragma once

#include "admission/admission.h"
#include "base/end_reason.h"

#include <functional>
#include <memory>
#include <optional>

namespace porthole::session {

// A token's claim on its way to the store, while the session goes on dialling: begun at once,
// awaited before the viewer sees anything. The store may answer on any thread, also after this
// object is gone.
class PendingClaim {
 public:
  // Begins the claim; calls `answered`, on the answer's thread, when the answer is here.
  PendingClaim(const admission::Admission& admission,
               const admission::AdmittedGrant& admitted,
               std::function<void()> answered);

  // Whether the answer is here. Thread-safe.
  bool Answered() const;
  // Why the token may not be used; nothing while there is no answer, and when it may.
  std::optional<Refusal> Refused() const;

 private:
  struct Answer;

  std::shared_ptr<Answer> answer_;
};

}  // namespace porthole::session
