// Times the pieces, for who changes one: bench_micro --benchmark_filter=unmask
// Times are the machine's; what the suite holds are instructions (instructions.py).

#include "tests/bench/micro/pieces.h"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) try {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
#ifndef __clang_analyzer__  // which takes what Google Benchmark's registry keeps for a leak
  for (const porthole::bench::Piece& piece : porthole::bench::AllPieces()) {
    benchmark::RegisterBenchmark(piece.name.c_str(), [piece](benchmark::State& state) {
      while (state.KeepRunning()) {
        piece.once();
      }
    });
  }
#endif
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench_micro: %s\n", error.what());
  return 1;
}
