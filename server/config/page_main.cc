#include "config/documentation.h"

#include <iostream>

// Prints docs/configuration.md.
int main() {
  std::cout << porthole::config::ConfigurationPage();
  return std::cout.flush() ? 0 : 1;
}
