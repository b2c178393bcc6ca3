#pragma once

#include <string>
#include <string_view>

namespace porthole {

// A text that must not be seen: it is wiped when it goes, and has no way into a stream or a log.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text);
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // The text itself; the caller sees to it that no copy outlives its use.
  std::string_view Reveal() const { return text_; }
  bool Empty() const { return text_.empty(); }

 private:
  void Wipe() noexcept;

  std::string text_;
};

}  // namespace porthole
