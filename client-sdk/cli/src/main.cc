#include "portholectl.h"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  try {
    return porthole::cli::RunPortholectl(argc, argv, {.out = std::cout, .err = std::cerr});
  } catch (const std::exception& bug) {
    std::cerr << "portholectl: internal error: " << bug.what() << '\n';
    return porthole::cli::kExitRefused;
  }
}
