#include "base/secret.h"

#include <cstring>
#include <utility>

namespace porthole {
namespace {

// A moved-from short string keeps its characters in place, so the whole capacity is wiped.
void WipeText(std::string& text) noexcept {
  text.resize(text.capacity());
  explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace

Secret::Secret(std::string text) {
  text_.swap(text);
  WipeText(text);  // what a short one left behind
}

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

void Secret::Wipe() noexcept {
  WipeText(text_);
}

}  // namespace porthole
