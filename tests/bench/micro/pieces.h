#pragma once

#include <functional>
#include <string>
#include <vector>

namespace porthole::bench {

// A part of the data plane that is measured alone. `Once` does its work one time, on inputs that
// never change: what it costs in instructions is the same in every run.
struct Piece {
  std::string name;
  std::function<void()> once;
};

// Of the rooms, each in its own file; AllPieces() joins them.
std::vector<Piece> TokenPieces();
std::vector<Piece> RfbPieces();
std::vector<Piece> WebSocketPieces();
std::vector<Piece> SessionPieces();

// Throws when a piece does not do its work: refuses what it should take, or takes what it should
// refuse.
std::vector<Piece> AllPieces();

// For what a piece found wrong with itself.
void Expect(bool good, const char* what);

// Has the compiler believe that `bytes` are read.
inline void Keep(const void* bytes) {
  asm volatile("" : : "r"(bytes) : "memory");
}

}  // namespace porthole::bench
