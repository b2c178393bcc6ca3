#include "tests/bench/micro/pieces.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace porthole::bench {

std::vector<Piece> AllPieces() {
  std::vector<Piece> all;
  for (auto* const room : {TokenPieces, RfbPieces, WebSocketPieces, SessionPieces}) {
    std::vector<Piece> some = room();
    std::ranges::move(some, std::back_inserter(all));
  }
  // Once before anybody counts: what is made on first use is made, and a piece that is broken says
  // so here.
  for (const Piece& piece : all) {
    piece.once();
  }
  return all;
}

void Expect(bool good, const char* what) {
  if (!good) {
    throw std::runtime_error(what);
  }
}

}  // namespace porthole::bench
