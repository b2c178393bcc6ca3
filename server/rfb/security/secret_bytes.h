#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace porthole::rfb {

// Bytes that must not be seen: wiped when they go, and never copied.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  SecretBytes(SecretBytes&&) noexcept = default;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  // As many bytes of the kernel's generator.
  static SecretBytes Random(std::size_t size);

  std::span<std::uint8_t> Reveal() { return bytes_; }
  std::span<const std::uint8_t> Reveal() const { return bytes_; }

 private:
  void Wipe() noexcept;

  std::vector<std::uint8_t> bytes_;  // never grows: what it left behind would not be wiped
};

}  // namespace porthole::rfb
