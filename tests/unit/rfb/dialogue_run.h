#pragma once

#include "tests/support/bytes.h"
#include "tests/support/memory_stream.h"
#include "tests/support/run_until_idle.h"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::rfb {

// How the other side of a dialogue behaves: it says everything at once, without listening.
struct OtherSide {
  std::string_view script;
  bool hangs_up = false;             // ends after the script, else is silent
  std::size_t cut = SIZE_MAX;        // bytes one read gives at most
  std::size_t fail_from = SIZE_MAX;  // the operation from which on everything is CANCELLED
};

// What came of one dialogue.
template <typename T>
struct DialogueRun {
  bool waits = true;  // for more of the script
  T result = absl::UnknownError("the dialogue waits for more");
  std::string sent;    // to the other side
  std::string unread;  // of the script
  std::size_t operations = 0;
};

// Runs `dialogue(stream)`, the stream as a std::unique_ptr<net::ByteStream>&, against `other` to
// its end, or until it waits for what never comes.
template <typename T, typename Dialogue>
DialogueRun<T> RunDialogue(const OtherSide& other, const Dialogue& dialogue) {
  boost::asio::io_context context;
  testing::MemoryStreamPair pair = testing::MemoryStreamPair::Make(context.get_executor());
  testing::MemoryStream& near = *pair.near;
  std::unique_ptr<net::ByteStream> stream = std::move(pair.near);
  near.CutReads(other.cut);
  near.FailFrom(other.fail_from, absl::CancelledError("as the test wishes"));
  pair.far->Push(other.script);
  if (other.hangs_up) {
    pair.far->SendEof();
  }
  DialogueRun<T> run;
  if (auto result = testing::RunUntilIdle(context, dialogue(stream))) {
    run.waits = false;
    run.result = *std::move(result);
  }
  run.sent = testing::AsString(pair.far->Take());
  run.unread = testing::AsString(near.Take());
  run.operations = near.Operations();
  return run;
}

}  // namespace porthole::rfb
