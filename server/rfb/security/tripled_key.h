#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::rfb {

// A key of VNC's single DES for OpenSSL's triple DES: three times the same key is single DES, which
// OpenSSL 3 has no more by default. VNC takes each byte of the key with its bits in the other order
// (RFC 6143 erratum 4951). Wiped when it goes.
class TripledKey {
 public:
  // Of a shorter `key` the rest is 0; of a longer one 8 bytes count.
  explicit TripledKey(std::span<const std::uint8_t> key);
  TripledKey(const TripledKey&) = delete;
  TripledKey& operator=(const TripledKey&) = delete;
  ~TripledKey();

  const std::uint8_t* Bytes() const { return bytes_.data(); }

 private:
  static constexpr std::size_t kDesKeyBytes = 8;

  std::array<std::uint8_t, 3 * kDesKeyBytes> bytes_{};
};

}  // namespace porthole::rfb
