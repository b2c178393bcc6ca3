#pragma once

#include "net/byte_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace porthole::testing {

// Runs `work` and all else that is ready on `context`, without waiting for time or sockets. Gives
// the result of `work`, or nothing when it still waits for something: it then goes on with the
// next run of `context`, and must not be left in one that outlives what it uses.
template <typename T>
std::optional<T> RunUntilIdle(boost::asio::io_context& context, net::Awaitable<T> work) {
  const auto result = std::make_shared<std::optional<T>>();
  boost::asio::co_spawn(context, std::move(work),
                        [result](const std::exception_ptr& thrown, T value) {
                          if (thrown) {
                            std::rethrow_exception(thrown);
                          }
                          *result = std::move(value);
                        });
  context.restart();
  context.poll();
  return std::move(*result);
}

// The same for work that must come to its end; throws std::logic_error when it still waits.
template <typename T>
T RunToEnd(boost::asio::io_context& context, net::Awaitable<T> work) {
  std::optional<T> result = RunUntilIdle(context, std::move(work));
  if (!result) {
    throw std::logic_error("the coroutine still waits");
  }
  return *std::move(result);
}

}  // namespace porthole::testing
