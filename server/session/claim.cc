#include "session/claim.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace porthole::session {

namespace asio = boost::asio;

PendingClaim::Answer::Answer(const asio::any_io_executor& loop)
    : arrived(loop, asio::steady_timer::time_point::max()) {}

PendingClaim::PendingClaim(const asio::any_io_executor& loop,
                           const admission::Admission& admission,
                           const admission::AdmittedGrant& admitted)
    : answer_(std::make_shared<Answer>(loop)) {
  admission.Claim(admitted, [loop, answer = answer_](std::optional<Refusal> refusal) {
    asio::post(loop, [answer, refusal = std::move(refusal)]() mutable {
      answer->refusal = std::move(refusal);
      answer->here = true;
      answer->arrived.cancel();
    });
  });
}

asio::awaitable<std::optional<Refusal>> PendingClaim::Done() {
  const std::shared_ptr<Answer> answer = answer_;
  while (!answer->here) {
    co_await answer->arrived.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  co_return answer->refusal;
}

}  // namespace porthole::session
