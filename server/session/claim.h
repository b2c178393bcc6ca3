#pragma once

#include "admission/admission.h"
#include "base/end_reason.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace porthole::session {

// A token's claim on its way to the store, while the session goes on dialling: begun at once,
// awaited before the viewer sees anything.
class PendingClaim {
 public:
  // Begins the claim; the store may answer on any thread, also after this object is gone.
  PendingClaim(const boost::asio::any_io_executor& loop,
               const admission::Admission& admission,
               const admission::AdmittedGrant& admitted);

  // Waits for the answer: nothing, or why the token may not be used.
  boost::asio::awaitable<std::optional<Refusal>> Done();

 private:
  struct Answer {
    explicit Answer(const boost::asio::any_io_executor& loop);

    boost::asio::steady_timer arrived;  // cancelled when it did
    bool here = false;
    std::optional<Refusal> refusal;
  };

  std::shared_ptr<Answer> answer_;
};

}  // namespace porthole::session
