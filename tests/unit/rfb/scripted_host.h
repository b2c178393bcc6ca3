#pragma once

#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::rfb {

// A host that says everything at once, without listening, and what a dialogue with it did to its
// stream.
class ScriptedHost {
 public:
  explicit ScriptedHost(std::string_view script, std::size_t cut = SIZE_MAX)
      : pair_(testing::MemoryStreamPair::Make(context_.get_executor())) {
    pair_.near->CutReads(cut);
    pair_.far->Push(script);
    stream = std::move(pair_.near);
  }

  void Says(std::string_view script) { pair_.far->Push(script); }
  void HangsUp() { pair_.far->SendEof(); }

  // Runs until it ends (nothing: it waits for more). Without a script left it must end.
  template <typename T>
  std::optional<T> Run(net::Awaitable<T> dialogue) {
    return testing::RunUntilIdle(context_, std::move(dialogue));
  }
  // What the host heard since the last call.
  std::string Heard() { return testing::AsString(pair_.far->Take()); }

 private:
  boost::asio::io_context context_;  // the first: what waits in it may name the others
  testing::MemoryStreamPair pair_;

 public:
  std::unique_ptr<net::ByteStream> stream;
};

}  // namespace porthole::rfb
