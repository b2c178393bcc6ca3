#include "base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

namespace porthole {

void FillRandom(std::span<std::uint8_t> target) {
  while (!target.empty()) {
    const ssize_t got = getrandom(target.data(), target.size(), 0);
    if (got < 0 && errno != EINTR) {
      std::abort();  // no entropy: nothing made from here on could be trusted
    }
    target = target.subspan(got < 0 ? 0 : static_cast<std::size_t>(got));
  }
}

}  // namespace porthole
