#pragma once

#include <cstddef>
#include <functional>

namespace porthole::client::internal {

// Calls work(0) … work(count - 1), at most `parallel` at a time, and returns when all are done.
void RunParallel(std::size_t count,
                 std::size_t parallel,
                 const std::function<void(std::size_t)>& work);

}  // namespace porthole::client::internal
