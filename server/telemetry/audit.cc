#include "telemetry/audit.h"

#include "telemetry/json_line.h"

#include <array>
#include <span>
#include <utility>

namespace porthole::telemetry {

AuditLog::AuditLog(AuditSettings settings,
                   const Clock& clock,
                   prometheus::Counter& lost,
                   Health& health)
    : settings_(std::move(settings)),
      clock_(clock),
      lost_(lost),
      health_(health),
      writer_(&AuditLog::WriteAll, this) {}

AuditLog::~AuditLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  writer_.join();
}

void AuditLog::Record(std::string_view event, std::initializer_list<Field> fields) {
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t sequence = ++sequence_;
    if (waiting_.size() < settings_.queue) {
      const std::array<Field, 2> head = {{{"sequence", sequence}, {"event", event}}};
      std::string line = JsonLine(clock_.Wall(), head, std::span(fields.begin(), fields.size()));
      line += '\n';
      waiting_.push_back(std::move(line));
      arrived_.notify_one();
      return;
    }
  }
  CountLoss();
}

void AuditLog::WriteAll() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      return;
    }
    // The record keeps its place in the queue while it is written: a writer that hangs must not
    // make the queue one longer.
    const std::string line = waiting_.front();
    lock.unlock();
    WriteOne(line);
    lock.lock();
    waiting_.pop_front();
  }
}

void AuditLog::WriteOne(const std::string& line) {
  if (!settings_.write(line)) {
    CountLoss();
  } else if (settings_.on_loss == OnLoss::kRefuse) {
    health_.Set(Condition::kAudit, true);
  }
}

void AuditLog::CountLoss() {
  lost_.Increment();
  health_.CountAuditLoss();
  if (settings_.on_loss == OnLoss::kRefuse) {
    health_.Set(Condition::kAudit, false);
  }
}

}  // namespace porthole::telemetry
