#include "net/server_names.h"

#include <algorithm>

namespace porthole::net {
namespace {

// Not <cctype>'s, which asks the locale.
std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

// Takes a big-endian number of two bytes off the front of `bytes`; nothing if they are not there.
std::optional<std::size_t> TakeSize(std::span<const unsigned char>& bytes) {
  if (bytes.size() < 2) {
    return std::nullopt;
  }
  const std::size_t size = (std::size_t{bytes[0]} << 8U) | bytes[1];
  bytes = bytes.subspan(2);
  return size;
}

}  // namespace

void ServerNames::Add(std::string_view pattern, std::size_t place) {
  places_.emplace(LowerCase(pattern), place);
}

std::optional<std::size_t> ServerNames::Find(std::string_view name) const {
  std::string wanted = LowerCase(name);
  auto found = places_.find(wanted);
  const std::size_t dot = wanted.find('.');
  if (found == places_.end() && dot != std::string::npos && dot > 0) {
    found = places_.find(wanted.replace(0, dot, "*"));
  }
  return found == places_.end() ? std::nullopt : std::optional(found->second);
}

// A list, by its size, of entries of a type (0: a host's name) and a text by its size. A type other
// than 0 was never defined, nor a second name allowed.
std::string_view ServerNameIn(std::span<const unsigned char> extension) {
  constexpr std::size_t kLongest = 255;
  const std::optional<std::size_t> all = TakeSize(extension);
  if (!all.has_value() || *all != extension.size() || extension.empty() || extension[0] != 0) {
    return {};
  }
  extension = extension.subspan(1);
  const std::optional<std::size_t> size = TakeSize(extension);
  if (!size.has_value() || *size != extension.size() || *size > kLongest) {
    return {};
  }
  return {reinterpret_cast<const char*>(extension.data()), extension.size()};
}

}  // namespace porthole::net
