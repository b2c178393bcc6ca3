// Does each piece kRounds times for callgrind, which writes one dump a piece, named by it;
// instructions.py runs this and reads them.

#include "tests/bench/micro/pieces.h"

#include <valgrind/callgrind.h>

#include <cstdio>
#include <exception>

namespace {

constexpr int kRounds = 20;

void Count(const porthole::bench::Piece& piece) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  for (int round = 0; round < kRounds; ++round) {
    piece.once();
  }
  CALLGRIND_DUMP_STATS_AT(piece.name.c_str());
  CALLGRIND_STOP_INSTRUMENTATION;
}

}  // namespace

int main() try {
  for (const porthole::bench::Piece& piece : porthole::bench::AllPieces()) {
    Count(piece);
  }
  std::printf("%d rounds\n", kRounds);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "count_pieces: %s\n", error.what());
  return 1;
}
