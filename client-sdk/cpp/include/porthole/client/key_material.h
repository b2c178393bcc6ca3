#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace porthole::client {

// The 32 secret bytes of a token key. Wiped when it goes; has no way into a stream or a log.
class KeyMaterial {
 public:
  static constexpr std::size_t kBytes = 32;

  // New material from OpenSSL's generator; ends the process if that has no entropy.
  static KeyMaterial Generate();

  // Errors: INVALID_ARGUMENT unless there are exactly 32 bytes.
  static absl::StatusOr<KeyMaterial> FromBytes(std::span<const std::uint8_t> bytes);

  // Reads base64url without padding; white space around it is ignored.
  // Errors: INVALID_ARGUMENT, never with the text.
  static absl::StatusOr<KeyMaterial> FromText(std::string_view text);

  // Reads a file that holds the text form.
  // Errors: those of FromText() and of reading, with the file's name.
  static absl::StatusOr<KeyMaterial> ReadFile(const std::string& path);

  KeyMaterial(const KeyMaterial&) = default;
  KeyMaterial& operator=(const KeyMaterial&) = default;
  ~KeyMaterial();

  // Writes the text form to a new file that only its owner may read.
  // Errors: ALREADY_EXISTS when there is such a file (it is left alone), and those of writing.
  absl::Status SaveNewFile(const std::string& path) const;

  std::span<const std::uint8_t, kBytes> Bytes() const { return bytes_; }

 private:
  KeyMaterial() = default;

  std::array<std::uint8_t, kBytes> bytes_{};
};

}  // namespace porthole::client
