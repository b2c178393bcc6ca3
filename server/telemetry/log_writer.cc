#include "telemetry/log_writer.h"

#include <chrono>
#include <cstddef>
#include <utility>

namespace porthole::telemetry {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{4} * 1024 * 1024;
// How long the first line of several waits for the others: whoever logs wakes nobody meanwhile.
constexpr std::chrono::milliseconds kGather{1};

}  // namespace

LogWriter::LogWriter(std::unique_ptr<LineFile> file,
                     std::function<std::string(std::uint64_t lost)> tell_lost)
    : file_(std::move(file)),
      tell_lost_(std::move(tell_lost)),
      writer_(&LogWriter::WriteAll, this) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  file_->Hurry();
  arrived_.notify_one();
  writer_.join();
}

void LogWriter::Write(std::string_view line) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() < kMostWaiting) {
      waiting_.append(line).push_back('\n');
      wake = std::exchange(asleep_, false);
    } else {
      ++lost_;
    }
  }
  if (wake) {
    arrived_.notify_one();
  }
}

void LogWriter::WriteAll() {
  Lock lock(mutex_);
  while (AwaitWork(lock)) {
    std::string lines = std::exchange(waiting_, {});
    if (const std::uint64_t lost = std::exchange(lost_, 0); lost > 0) {
      lines.append(tell_lost_(lost)).push_back('\n');
    }
    lock.unlock();
    file_->Append(lines);  // where even that is lost, nobody is left to be told
    lock.lock();
  }
}

// Returns false when all is written and the log ends.
bool LogWriter::AwaitWork(Lock& lock) {
  const auto work = [this] { return stopping_ || !waiting_.empty(); };
  if (!work()) {
    asleep_ = true;
    arrived_.wait(lock, work);
    asleep_ = false;
    arrived_.wait_for(lock, kGather, [this] { return stopping_; });
  }
  return !waiting_.empty();
}

}  // namespace porthole::telemetry
