#pragma once

#include "base/clock.h"
#include "telemetry/health.h"
#include "telemetry/log.h"

#include <prometheus/counter.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace porthole::telemetry {

// What the loss of an audit record means for the node.
enum class OnLoss : std::uint8_t {
  kCount,   // it is counted, and shown in /readyz?verbose
  kRefuse,  // also, the node is not ready until a record is written again
};

// Where the audit log is kept, and what happens when it cannot be.
struct AuditSettings {
  // Writes one line, its end included; returns whether it is written. Called on the audit log's own
  // thread only, where it may block.
  std::function<bool(std::string_view line)> write;
  // How many records may wait for their writing; one more is lost.
  std::size_t queue = 10000;
  OnLoss on_loss = OnLoss::kCount;
};

// The audit log: one JSON object a line, e.g.
//   {"time":"2026-11-22T10:00:00.123Z","sequence":7,"event":"session_opened","subject":"user-42"}
// Every record that was ever made has the next sequence number, also those that were lost: a gap
// shows a loss. Record() never waits for the disk; lines are written on a thread of the log's own,
// in the order of their numbers. What is passed in must outlive the log. Thread-safe.
class AuditLog {
 public:
  AuditLog(AuditSettings settings, const Clock& clock, prometheus::Counter& lost, Health& health);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  // Writes all that waits, then returns.
  ~AuditLog();

  // Adds a record; its fields as in a log line, and none of them a secret.
  void Record(std::string_view event, std::initializer_list<Field> fields);

 private:
  void WriteAll();
  void WriteOne(const std::string& line);
  void CountLoss();

  const AuditSettings settings_;
  const Clock& clock_;
  prometheus::Counter& lost_;
  Health& health_;

  std::mutex mutex_;  // guards the three below
  std::condition_variable arrived_;
  std::deque<std::string> waiting_;
  std::uint64_t sequence_ = 0;
  bool stopping_ = false;

  std::thread writer_;  // last, so that it starts when all is there
};

}  // namespace porthole::telemetry
