#pragma once

#include "net/loop.h"

#include <functional>
#include <memory>

namespace porthole::session {

// The way from other threads to a session's worker. Belongs to the worker; its ringers to anyone.
class Doorbell {
 public:
  explicit Doorbell(const net::Executor& loop);
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  // From here on ringing does nothing: the ringers may outlive the worker.
  ~Doorbell();

  // What makes it ring, on any thread. It only posts.
  std::function<void()> Ringer() const;

  // Who answers, on the worker, later; several rings may be answered by one call. Rings that came
  // before, and while nobody answers (nullptr), are lost: look what they were for.
  void AnswerWith(std::function<void()> answer);

 private:
  struct Wire;

  std::shared_ptr<Wire> wire_;
};

}  // namespace porthole::session
