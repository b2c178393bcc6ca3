#include "state/key_file.h"

#include "base/random.h"
#include "base/status.h"
#include "state/files.h"
#include "state/key_wrap.h"

#include <openssl/crypto.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <unistd.h>

namespace porthole::state {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
// The owner may read and write, the group read; nobody else anything.
constexpr mode_t kForbidden = 0137;

absl::Status Refused(const std::string& message) {
  return Error(absl::StatusCode::kFailedPrecondition, message);
}

absl::Status CheckMode(int descriptor, const std::string& path) {
  struct stat facts{};
  if (::fstat(descriptor, &facts) != 0) {
    return SystemError("cannot look at the key-encryption key " + path);
  }
  if (!S_ISREG(facts.st_mode)) {
    return Refused("the key-encryption key " + path + " is no file");
  }
  if ((facts.st_mode & kForbidden) != 0) {
    return Refused("the key-encryption key " + path +
                   " is open to others; make its mode 0600, or 0440 for a mounted Secret");
  }
  return absl::OkStatus();
}

int DigitValue(char digit) {
  const char lower = digit >= 'A' && digit <= 'F' ? static_cast<char>(digit - 'A' + 'a') : digit;
  const std::size_t value = kDigits.find(lower);
  return value == std::string_view::npos ? -1 : static_cast<int>(value);
}

// The key that `text` spells; empty when it spells none.
Secret KeyOf(std::string_view text) {
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  std::string key;
  key.reserve(kWrappingKeyBytes);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const int high = DigitValue(text[i]);
    const int low = DigitValue(text[i + 1]);
    if (high < 0 || low < 0) {
      break;
    }
    key.push_back(static_cast<char>((high * 16) + low));
  }
  const bool whole = text.size() == 2 * kWrappingKeyBytes && key.size() == kWrappingKeyBytes;
  const Secret read(std::move(key));
  return whole ? read : Secret();
}

}  // namespace

absl::StatusOr<std::optional<Secret>> ReadKeyFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.Valid()) {
    if (errno == ENOENT) {
      return std::optional<Secret>();
    }
    return SystemError("cannot open the key-encryption key " + path);
  }
  if (absl::Status safe = CheckMode(file.Number(), path); !safe.ok()) {
    return safe;
  }
  std::array<char, (2 * kWrappingKeyBytes) + 3> text{};  // one more than there may be
  const ssize_t size = ::read(file.Number(), text.data(), text.size());
  if (size < 0) {
    return SystemError("cannot read the key-encryption key " + path);
  }
  Secret key = KeyOf(std::string_view(text.data(), static_cast<std::size_t>(size)));
  OPENSSL_cleanse(text.data(), text.size());
  if (key.Empty()) {
    return Refused("the key-encryption key " + path +
                   " must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them");
  }
  return std::optional(std::move(key));
}

absl::StatusOr<Secret> MakeKeyFile(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (absl::Status ready = EnsureDirectory(parent.empty() ? "." : parent); !ready.ok()) {
    return ready;
  }
  std::array<std::uint8_t, kWrappingKeyBytes> random{};
  FillRandom(random);
  std::string text;
  text.reserve((2 * random.size()) + 1);
  for (const std::uint8_t byte : random) {
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0x0FU]);
  }
  text.push_back('\n');
  const absl::Status made = MakeFile(path, text);
  OPENSSL_cleanse(text.data(), text.size());
  Secret key(std::string(random.begin(), random.end()));
  OPENSSL_cleanse(random.data(), random.size());
  if (!made.ok()) {
    return Annotate(made, "the key-encryption key");
  }
  return key;
}

}  // namespace porthole::state
