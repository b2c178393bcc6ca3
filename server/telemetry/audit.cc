#include "telemetry/audit.h"

#include <array>
#include <chrono>
#include <span>
#include <utility>

namespace porthole::telemetry {
namespace {

constexpr std::chrono::milliseconds kTellLossEvery{1000};
// How long the first record of several waits for the others: whoever records wakes nobody
// meanwhile.
constexpr std::chrono::milliseconds kGather{5};

}  // namespace

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
  if (settings_.hurry) {
    settings_.hurry();
  }
  arrived_.notify_one();
  writer_.join();
}

void AuditLog::Record(std::string_view event, const JsonFields& fields) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    std::string line = NextLine(event, fields);
    if (waiting_.size() < settings_.queue) {
      waiting_.push_back(std::move(line));
      wake = std::exchange(asleep_, false);
    } else {
      CountLoss();
    }
  }
  if (wake) {
    arrived_.notify_one();
  }
}

void AuditLog::Reopen() {
  {
    const std::lock_guard lock(mutex_);
    reopen_ = true;
  }
  arrived_.notify_one();
}

std::string AuditLog::NextLine(std::string_view event, const JsonFields& fields) {
  const std::array<Field, 2> head = {{{"sequence", ++sequence_}, {"event", event}}};
  return JsonLine(clock_.Wall(), head, fields) + '\n';
}

void AuditLog::WriteAll() {
  Lock lock(mutex_);
  while (AwaitWork(lock)) {
    if (std::exchange(reopen_, false) && settings_.reopen) {
      lock.unlock();
      settings_.reopen();
      lock.lock();
    }
    if (!waiting_.empty()) {
      WriteFirst(lock);
    } else if (unreported_ > 0) {
      ReportLoss(lock);
    }
  }
}

// Returns false when all is written and the log ends. Where something was lost, it looks again by
// itself whether the loss can be told.
bool AuditLog::AwaitWork(Lock& lock) {
  const auto hurry = [this] { return stopping_ || reopen_; };
  const auto work = [this, hurry] { return hurry() || !waiting_.empty(); };
  if (!work()) {
    asleep_ = true;
    if (unreported_ > 0) {
      arrived_.wait_for(lock, kTellLossEvery, work);
    } else {
      arrived_.wait(lock, work);
    }
    asleep_ = false;
    if (!waiting_.empty()) {
      arrived_.wait_for(lock, kGather, hurry);
    }
  }
  return !stopping_ || reopen_ || !waiting_.empty();
}

// The record keeps its place in the queue while it is written: a writer that hangs must not make
// the queue one longer.
void AuditLog::WriteFirst(Lock& lock) {
  const std::string line = waiting_.front();
  lock.unlock();
  const bool written = settings_.write(line);
  lock.lock();
  waiting_.pop_front();
  if (!written) {
    CountLoss();
  } else if (unreported_ > 0 && waiting_.empty()) {
    ReportLoss(lock);  // not before those that have smaller numbers
  }
}

void AuditLog::ReportLoss(Lock& lock) {
  const std::uint64_t count = unreported_;
  const std::array<Field, 1> fields = {{{"count", count}}};
  const std::string line = NextLine("audit_records_lost", JsonFields(fields));
  lock.unlock();
  const bool written = settings_.write(line);
  lock.lock();
  if (!written) {
    return;  // what tells of a loss is none itself
  }
  unreported_ -= count;
  if (settings_.on_loss == OnLoss::kRefuse && unreported_ == 0) {
    health_.Set(Condition::kAudit, true);
  }
}

// Under the mutex, so that a loss and its report keep their order for the node's readiness, too.
void AuditLog::CountLoss() {
  ++unreported_;
  lost_.Increment();
  health_.CountAuditLoss();
  if (settings_.on_loss == OnLoss::kRefuse) {
    health_.Set(Condition::kAudit, false);
  }
}

}  // namespace porthole::telemetry
