#pragma once

#include "telemetry/line_file.h"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace porthole::telemetry {

// Writes the log's lines on a thread of its own, many at once, so that no worker waits for the disk
// or for whoever reads a pipe. Where lines come faster than they go, those that find no room are
// dropped, and a line says how many. Thread-safe.
class LogWriter {
 public:
  // `tell_lost` makes that line, without its end; on any thread.
  LogWriter(std::unique_ptr<LineFile> file,
            std::function<std::string(std::uint64_t lost)> tell_lost);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;
  // Writes what waits; for a second at most, where nobody reads.
  ~LogWriter();

  // Adds a line, without its end.
  void Write(std::string_view line);

 private:
  using Lock = std::unique_lock<std::mutex>;

  void WriteAll();
  bool AwaitWork(Lock& lock);

  const std::unique_ptr<LineFile> file_;
  const std::function<std::string(std::uint64_t)> tell_lost_;

  std::mutex mutex_;  // guards all below
  std::condition_variable arrived_;
  std::string waiting_;  // whole lines
  std::uint64_t lost_ = 0;
  bool asleep_ = false;  // the writer, until it is woken
  bool stopping_ = false;

  std::thread writer_;  // last, so that it starts when all is there
};

}  // namespace porthole::telemetry
