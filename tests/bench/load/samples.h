#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace porthole::bench {

// Durations, and what is said of them.
class Samples {
 public:
  void Add(std::chrono::nanoseconds took) { nanoseconds_.push_back(took.count()); }
  std::size_t Count() const { return nanoseconds_.size(); }

  // Adds p50, p99, p99.9 and the longest to `result`, in microseconds; nothing without samples.
  void Describe(boost::json::object& result);

 private:
  std::vector<std::int64_t> nanoseconds_;
};

}  // namespace porthole::bench
