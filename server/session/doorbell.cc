#include "session/doorbell.h"

#include <boost/asio/post.hpp>

#include <mutex>
#include <optional>
#include <utility>

namespace porthole::session {

namespace asio = boost::asio;

struct Doorbell::Wire {
  std::mutex mutex;  // guards the next two; held while posting, so that a loop in use cannot go
  std::optional<net::Executor> loop;
  bool ringing = false;
  std::function<void()> answer;  // the worker's
};

Doorbell::Doorbell(const net::Executor& loop) : wire_(std::make_shared<Wire>()) {
  wire_->loop = loop;
}

Doorbell::~Doorbell() {
  const std::lock_guard lock(wire_->mutex);
  wire_->loop.reset();
  wire_->answer = nullptr;
}

std::function<void()> Doorbell::Ringer() const {
  return [wire = wire_] {
    const std::lock_guard lock(wire->mutex);
    if (!wire->loop.has_value() || wire->ringing) {
      return;
    }
    asio::post(*wire->loop, [wire] {
      {
        const std::lock_guard inner(wire->mutex);
        wire->ringing = false;
      }
      if (wire->answer) {
        wire->answer();
      }
    });
    wire->ringing = true;
  };
}

void Doorbell::AnswerWith(std::function<void()> answer) {
  wire_->answer = std::move(answer);
}

}  // namespace porthole::session
