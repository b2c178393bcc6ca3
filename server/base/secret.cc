#include "base/secret.h"

#include <cstring>
#include <utility>

namespace porthole {

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  other.Wipe();
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    Wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe();
    text_ = std::move(other.text_);
    other.Wipe();
  }
  return *this;
}

Secret::~Secret() {
  Wipe();
}

// A moved-from short string keeps its characters in place, so the whole capacity is wiped.
void Secret::Wipe() noexcept {
  text_.resize(text_.capacity());
  explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace porthole
