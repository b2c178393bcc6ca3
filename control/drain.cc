#include "control/drain.h"

#include "base/end_reason.h"
#include "base/selector.h"
#include "base/status.h"

#include <utility>

namespace porthole::control {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr const char* kBanner = "This console server goes down for maintenance.";
constexpr const char* kStays = "The maintenance is called off: this console stays open.";
constexpr std::chrono::seconds kShowStays{10};

Selector Everybody() {
  return {.kind = SelectorKind::kAll, .value = {}, .addresses = {}};
}

}  // namespace

Drain::Drain(const Parts& parts, std::function<void()> changed)
    : parts_(parts), changed_(std::move(changed)) {}

Drain::~Drain() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_time_.notify_all();
  if (timer_.joinable()) {
    timer_.join();
  }
}

// Admission is closed before the registry is walked: whoever enters meanwhile finds the former, and
// whoever was there is found by the latter.
void Drain::Begin(std::chrono::nanoseconds limit, const std::string& reason) {
  const WallTime deadline =
      parts_.clock.Wall() + std::chrono::duration_cast<WallTime::duration>(limit);
  {
    const std::lock_guard lock(mutex_);
    parts_.admission.SetDraining(true);
    Show(true);
    sentence_ = reason.empty() ? std::string(Sentence(EndReason::kDraining)) : reason;
    deadline_ = deadline;
    end_at_ = SteadyClock::now() + limit;
    if (!timer_.joinable()) {
      timer_ = std::thread([this] { Run(); });
    }
  }
  changed_();
  if (limit > std::chrono::nanoseconds(0)) {
    parts_.sessions.Announce(Everybody(), {.text = reason.empty() ? kBanner : reason,
                                           .level = session::AnnouncementLevel::kWarning,
                                           .show_for = std::nullopt,
                                           .deadline = deadline});
  }
  changed_time_.notify_all();
}

absl::Status Drain::Resume() {
  bool was_draining = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) {
      return Error(absl::StatusCode::kFailedPrecondition, "the process is shutting down");
    }
    was_draining = parts_.admission.Draining();
    end_at_.reset();
    deadline_.reset();
    parts_.admission.SetDraining(false);
    Show(false);
  }
  changed_();
  if (was_draining) {
    parts_.sessions.Announce(Everybody(), {.text = kStays,
                                           .level = session::AnnouncementLevel::kInfo,
                                           .show_for = kShowStays,
                                           .deadline = std::nullopt});
  }
  return absl::OkStatus();
}

std::optional<WallTime> Drain::Deadline() const {
  const std::lock_guard lock(mutex_);
  return deadline_;
}

void Drain::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    Show(true);
  }
  changed_();
}

void Drain::Show(bool draining) {
  parts_.health.Set(telemetry::Condition::kNotDraining, !draining);
  parts_.metrics.draining.Set(draining ? 1 : 0);
}

// Waits for the time that was set last.
void Drain::Run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    if (!end_at_.has_value()) {
      changed_time_.wait(lock);
      continue;
    }
    if (SteadyClock::now() < *end_at_) {
      changed_time_.wait_until(lock, *end_at_);
      continue;
    }
    end_at_.reset();
    const std::string sentence = sentence_;
    lock.unlock();
    EndAll(sentence);
    lock.lock();
  }
}

void Drain::EndAll(const std::string& sentence) {
  parts_.sessions.End(Everybody(), EndReason::kDraining, sentence);
}

}  // namespace porthole::control
