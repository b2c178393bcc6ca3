#include "tests/bench/load/samples.h"

#include <algorithm>

namespace porthole::bench {

void Samples::Describe(boost::json::object& result) {
  if (nanoseconds_.empty()) {
    return;
  }
  std::ranges::sort(nanoseconds_);
  const auto at = [this](double part) {
    const auto rank = static_cast<std::size_t>(part * static_cast<double>(nanoseconds_.size()));
    return static_cast<double>(nanoseconds_[std::min(rank, nanoseconds_.size() - 1)]) / 1000;
  };
  result["p50_us"] = at(0.5);
  result["p99_us"] = at(0.99);
  result["p999_us"] = at(0.999);
  result["longest_us"] = at(1);
}

}  // namespace porthole::bench
