#pragma once

#include "session/registry.h"

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace porthole::control {

// A place in the registry without bytes: what the control plane sees of a session.
class FakeSession {
 public:
  enum class WhenTold : std::uint8_t { kLeaves, kStays };

  FakeSession(session::SessionRegistry& registry,
              session::Description description,
              WhenTold when_told = WhenTold::kLeaves)
      : when_told_(when_told) {
    Judged<session::Entry> entered = registry.Enter(std::move(description), [this] { Wake(); });
    if (!std::holds_alternative<session::Entry>(entered)) {
      throw std::runtime_error("the registry refused: " + std::get<Refusal>(entered).detail);
    }
    entry_.emplace(std::get<session::Entry>(std::move(entered)));
    record_ = entry_->Shared();
  }
  FakeSession(const FakeSession&) = delete;
  FakeSession& operator=(const FakeSession&) = delete;
  ~FakeSession() {
    if (leaving_.valid()) {
      leaving_.wait();
    }
  }

  // What it does when it is woken, beside leaving.
  void OnWake(std::function<void()> action) { on_wake_ = std::move(action); }

  session::Record& Record() const { return *record_; }
  void Leave() { entry_.reset(); }
  std::string EndSentence() const {
    const std::optional<session::EndRequest> end = record_->EndRequested();
    return end.has_value() ? end->sentence : "(not told to end)";
  }

 private:
  // A real session leaves on its worker, not on the thread that asks.
  void Wake() {
    if (on_wake_) {
      on_wake_();
    }
    if (when_told_ == WhenTold::kLeaves && record_->EndRequested().has_value()) {
      leaving_ = std::async(std::launch::async, [this] { Leave(); });
    }
  }

  const WhenTold when_told_;
  std::function<void()> on_wake_;
  std::optional<session::Entry> entry_;
  std::shared_ptr<session::Record> record_;
  std::future<void> leaving_;
};

// A session of `subject` on `console`; the other names follow from `number`.
inline session::Description Describe(int number,
                                     const std::string& console = "console-1",
                                     const std::string& subject = "alice") {
  session::Description description;
  const std::string suffix = std::to_string(number);
  description.names = {
      .session_id = "session-" + suffix,
      .console_id = console,
      .subject = subject,
      .key_id = "key-1",
      .token_id = "token-" + suffix,
      .client_address = IpAddress::V4({203, 0, 113, static_cast<std::uint8_t>(number % 250)}),
      .token_issued_at = {}};
  description.console_name = "web-1";
  description.target = "tcp://10.1.34.5:5901";
  description.user_agent = "Mozilla/5.0";
  return description;
}

}  // namespace porthole::control
