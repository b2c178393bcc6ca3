#pragma once

#include "telemetry/audit.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace porthole {

// An audit log that tests read. Its parts are its own.
class AuditLines {
 public:
  explicit AuditLines(const Clock& clock)
      : log_({.write = [this](std::string_view line) { return Keep(line); }},
             clock,
             lost_,
             health_) {}

  telemetry::AuditLog& Log() { return log_; }

  // The first `count` lines, once they are written; fewer after 10 s.
  std::vector<std::string> Await(std::size_t count) {
    std::unique_lock lock(mutex_);
    written_.wait_for(lock, std::chrono::seconds(10), [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  bool Keep(std::string_view line) {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
    written_.notify_all();
    return true;
  }

  prometheus::Counter lost_;
  telemetry::Health health_;
  std::mutex mutex_;
  std::condition_variable written_;
  std::vector<std::string> lines_;
  telemetry::AuditLog log_;
};

}  // namespace porthole
