#pragma once

#include "portholectl.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace porthole::cli {

// Runs portholectl in this process; what it wrote is in out_ and err_.
class PortholectlRun : public testing::Test {
 protected:
  int Run(std::vector<std::string> words, bool terminal = false) {
    words.insert(words.begin(), "portholectl");
    std::vector<const char*> arguments;
    arguments.reserve(words.size());
    for (const std::string& word : words) {
      arguments.push_back(word.c_str());
    }
    std::ostringstream out;
    std::ostringstream err;
    const int code = RunPortholectl(static_cast<int>(arguments.size()), arguments.data(),
                                    {.out = out, .err = err, .terminal = terminal});
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::string out_;
  std::string err_;
};

}  // namespace porthole::cli
