#pragma once

#include <ostream>

namespace porthole::cli {

// Exit codes.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;      // the node, or a file, said no
inline constexpr int kExitUsage = 2;        // the command line is wrong; nothing was done
inline constexpr int kExitUnreachable = 3;  // the node cannot be reached, or did not answer in time

// Where the command writes.
struct Streams {
  std::ostream& out;      // results
  std::ostream& err;      // errors and remarks
  bool terminal = false;  // whether `out` is one, that is, whether a person looks
};

// The whole of portholectl but the process around it. Returns the exit code.
int RunPortholectl(int argc, const char* const* argv, Streams streams);

}  // namespace porthole::cli
