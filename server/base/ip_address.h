#pragma once

#include <absl/status/statusor.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace porthole {

// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (::ffff:0:0/96) is the IPv4 address that it
// holds, from the moment it is made: no rule can be slipped past by spelling.
class IpAddress {
 public:
  // 0.0.0.0
  IpAddress() = default;
  static IpAddress V4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress V6(const std::array<std::uint8_t, 16>& bytes);

  // Reads "192.0.2.1" or "2001:db8::1", also in brackets; no zone, no octal.
  // Errors: INVALID_ARGUMENT, with the text.
  static absl::StatusOr<IpAddress> Parse(std::string_view text);

  bool IsV4() const { return v4_; }
  // 16 bytes in network order; an IPv4 address as its mapped form.
  const std::array<std::uint8_t, 16>& Bytes() const { return bytes_; }
  std::string ToString() const;

  // The IPv4 address inside a NAT64 address (64:ff9b::/96, RFC 6052), else the address itself.
  IpAddress WithoutNat64() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
  bool v4_ = true;
};

// An address and how many of its leading bits count.
class IpPrefix {
 public:
  // Reads "192.0.2.0/24", "2001:db8::/32" or a bare address. Bits after the prefix must be zero. An
  // IPv4-mapped prefix (::ffff:192.0.2.0/120) is the IPv4 prefix that it holds.
  // Errors: INVALID_ARGUMENT, with the text.
  static absl::StatusOr<IpPrefix> Parse(std::string_view text);
  // Of `address`, the first `length` bits (of 32 or of 128); bits after them are cleared.
  static IpPrefix Of(const IpAddress& address, int length);

  // The prefix's bits, all others zero.
  const IpAddress& Address() const { return address_; }
  // In the address' own family: 0 to 32, or to 128.
  int Length() const { return length_; }
  bool Contains(const IpAddress& address) const;
  std::string ToString() const;

  friend auto operator<=>(const IpPrefix&, const IpPrefix&) = default;

 private:
  IpAddress address_;
  int length_ = 0;
};

}  // namespace porthole
