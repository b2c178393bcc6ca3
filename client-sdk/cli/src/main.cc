#include "portholectl.h"

#include <exception>
#include <iostream>
#include <unistd.h>

int main(int argc, char** argv) {
  try {
    return porthole::cli::RunPortholectl(
        argc, argv, {.out = std::cout, .err = std::cerr, .terminal = ::isatty(STDOUT_FILENO) == 1});
  } catch (const std::exception& bug) {
    std::cerr << "portholectl: internal error: " << bug.what() << '\n';
    return porthole::cli::kExitRefused;
  }
}
