#pragma once

#include "net/timers.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace porthole::net {

// One thread with one loop. Everything that belongs to a session runs here and nowhere else.
class Worker {
 public:
  Worker() : guard_(loop_.get_executor()), timers_(loop_) {}
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() = default;

  boost::asio::io_context& Loop() { return loop_; }
  Timers& Clockwork() { return timers_; }

  // Runs `work` on the worker's thread, later. Thread-safe.
  void Post(std::function<void()> work);

 private:
  friend class WorkerPool;

  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  Timers timers_;
};

// The node's workers, each on a thread of its own.
class WorkerPool {
 public:
  explicit WorkerPool(std::size_t count);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  // Stops the loops where they are and joins the threads.
  ~WorkerPool();

  void Start();
  // Ends the loops: what is in flight is dropped. Idempotent.
  void Stop();

  std::size_t Size() const { return workers_.size(); }
  Worker& At(std::size_t index) { return *workers_.at(index); }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace porthole::net
