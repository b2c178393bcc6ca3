#pragma once

#include <unistd.h>
#include <utility>

namespace porthole {

// Owns a file descriptor and closes it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }

  bool IsOpen() const { return number_ >= 0; }
  int Number() const { return number_; }
  // Gives it away.
  int Release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace porthole
