#include "net/worker.h"

#include <boost/asio/post.hpp>

#include <utility>

namespace porthole::net {

void Worker::Post(std::function<void()> work) {
  boost::asio::post(loop_, std::move(work));
}

WorkerPool::WorkerPool(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>());
  }
}

WorkerPool::~WorkerPool() {
  Stop();
}

void WorkerPool::Start() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    threads_.emplace_back([loop = &worker->loop_] { loop->run(); });
  }
}

void WorkerPool::Stop() {
  for (const std::unique_ptr<Worker>& worker : workers_) {
    worker->loop_.stop();
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

}  // namespace porthole::net
