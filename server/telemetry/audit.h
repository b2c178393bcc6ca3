#pragma once

#include "base/clock.h"
#include "telemetry/health.h"
#include "telemetry/json_line.h"
#include "telemetry/log.h"

#include <prometheus/counter.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace porthole::telemetry {

// What the loss of an audit record means for the node.
enum class OnLoss : std::uint8_t {
  kCount,   // it is counted, and shown in /readyz?verbose
  kRefuse,  // also, the node is not ready until it is made known in a record
};

// Where the audit log is kept, and what happens when it cannot be.
struct AuditSettings {
  // Writes one line, its end included; returns whether it is written. Called on the audit log's own
  // thread only, where it may block.
  std::function<bool(std::string_view line)> write;
  // Begins a new file, on the audit log's thread, between two lines. May be null.
  std::function<void()> reopen = nullptr;
  // From now on a write must not block for long: the log ends. On any thread. May be null.
  std::function<void()> hurry = nullptr;
  // How many records may wait for their writing; one more is lost.
  std::size_t queue = 10000;
  OnLoss on_loss = OnLoss::kCount;
};

// The audit log: one JSON object a line, e.g.
//   {"time":"2026-11-22T10:00:00.123Z","sequence":7,"event":"session_opened","subject":"user-42"}
// Every record that was ever made has the next sequence number, also those that were lost: a gap
// shows a loss. So does a record "audit_records_lost", which is written as soon as that is possible
// again, also when nothing else is to be recorded. Record() never waits for the disk; lines are
// written on a thread of the log's own, in the order of their numbers. What is passed in must
// outlive the log. Thread-safe.
class AuditLog {
 public:
  AuditLog(AuditSettings settings, const Clock& clock, prometheus::Counter& lost, Health& health);
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;
  // Writes all that waits, then returns.
  ~AuditLog();

  // Adds a record; its fields as in a log line, and none of them a secret.
  void Record(std::string_view event, std::initializer_list<Field> fields) {
    Record(event, std::span(fields.begin(), fields.size()));
  }
  void Record(std::string_view event, std::span<const Field> fields) {
    Record(event, JsonFields(fields));
  }
  void Record(std::string_view event, const JsonFields& fields);

  // Begins a new file, after the line that is being written: for log rotation.
  void Reopen();

 private:
  using Lock = std::unique_lock<std::mutex>;

  std::string NextLine(std::string_view event, const JsonFields& fields);
  void WriteAll();
  bool AwaitWork(Lock& lock);
  void WriteFirst(Lock& lock);
  void ReportLoss(Lock& lock);
  void CountLoss();

  const AuditSettings settings_;
  const Clock& clock_;
  prometheus::Counter& lost_;
  Health& health_;

  std::mutex mutex_;  // guards all below
  std::condition_variable arrived_;
  std::deque<std::string> waiting_;
  std::uint64_t sequence_ = 0;
  std::uint64_t unreported_ = 0;  // lost, and not yet said so in a record
  bool asleep_ = false;           // the writer, until it is woken
  bool reopen_ = false;
  bool stopping_ = false;

  std::thread writer_;  // last, so that it starts when all is there
};

}  // namespace porthole::telemetry
