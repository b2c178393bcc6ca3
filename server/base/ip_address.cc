#include "base/ip_address.h"

#include "base/status.h"

#include <absl/strings/numbers.h>
#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>

namespace porthole {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kMappedBits = 96;
constexpr std::array<std::uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};

absl::Status NotAn(std::string_view what, std::string_view text) {
  return Error(absl::StatusCode::kInvalidArgument,
               "\"" + std::string(text) + "\" is not an " + std::string(what));
}

// Clears every bit from `bits` on (counted from the first of 128).
std::array<std::uint8_t, 16> Masked(std::array<std::uint8_t, 16> bytes, int bits) {
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(bits - (i * 8), 0, 8);
    bytes.at(static_cast<std::size_t>(i)) &= static_cast<std::uint8_t>(0xFF00U >> kept);
  }
  return bytes;
}

int BitsOf128(const IpAddress& address, int length) {
  return address.IsV4() ? length + kMappedBits : length;
}

}  // namespace

IpAddress IpAddress::V4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::ranges::copy(bytes, address.bytes_.begin() + 12);
  return address;
}

IpAddress IpAddress::V6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  address.v4_ = std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
  return address;
}

absl::StatusOr<IpAddress> IpAddress::Parse(std::string_view text) {
  std::string plain(text);
  if (plain.size() > 2 && plain.front() == '[' && plain.back() == ']') {
    plain = plain.substr(1, plain.size() - 2);
  }
  if (plain.find('\0') != std::string::npos) {
    return NotAn("IP address", text);
  }
  std::array<std::uint8_t, 4> four{};
  if (plain == text && inet_pton(AF_INET, plain.c_str(), four.data()) == 1) {
    return V4(four);
  }
  std::array<std::uint8_t, 16> sixteen{};
  if (inet_pton(AF_INET6, plain.c_str(), sixteen.data()) == 1) {
    return V6(sixteen);
  }
  return NotAn("IP address", text);
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = v4_ ? AF_INET : AF_INET6;
  inet_ntop(family, bytes_.data() + (v4_ ? 12 : 0), text.data(), text.size());
  return text.data();
}

IpAddress IpAddress::WithoutNat64() const {
  if (v4_ || !std::equal(kNat64.begin(), kNat64.end(), bytes_.begin())) {
    return *this;
  }
  return V4({bytes_[12], bytes_[13], bytes_[14], bytes_[15]});
}

absl::StatusOr<IpPrefix> IpPrefix::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const absl::StatusOr<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address.ok()) {
    return NotAn("IP address or prefix", text);
  }
  const bool mapped = address->IsV4() && text.find(':') != std::string_view::npos;
  const int longest = address->IsV4() && !mapped ? 32 : 128;
  int length = longest;
  if (slash != std::string_view::npos) {
    const std::string digits(text.substr(slash + 1));
    const bool plain =
        !digits.empty() && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!plain || !absl::SimpleAtoi(digits, &length) || length > longest) {
      return NotAn("IP address or prefix", text);
    }
  }
  length -= mapped ? kMappedBits : 0;
  if (length < 0) {
    return NotAn("IP prefix: it reaches beyond the IPv4 addresses", text);
  }
  IpPrefix prefix = Of(*address, length);
  if (prefix.address_ != *address) {
    return NotAn("IP prefix: bits after its length are set", text);
  }
  return prefix;
}

IpPrefix IpPrefix::Of(const IpAddress& address, int length) {
  IpPrefix prefix;
  const auto masked = Masked(address.Bytes(), BitsOf128(address, length));
  prefix.address_ = address.IsV4() ? IpAddress::V4({masked[12], masked[13], masked[14], masked[15]})
                                   : IpAddress::V6(masked);
  prefix.length_ = length;
  return prefix;
}

bool IpPrefix::Contains(const IpAddress& address) const {
  return address.IsV4() == address_.IsV4() &&
         Masked(address.Bytes(), BitsOf128(address, length_)) == address_.Bytes();
}

std::string IpPrefix::ToString() const {
  return address_.ToString() + "/" + std::to_string(length_);
}

}  // namespace porthole
