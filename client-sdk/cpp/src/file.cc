#include "file.h"

#include "status.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace porthole::client::internal {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  int Number() const { return number_; }

 private:
  int number_;
};

absl::Status WriteAll(int descriptor, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return FromErrno(errno, "cannot write " + path);
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return ::fsync(descriptor) == 0 ? absl::OkStatus() : FromErrno(errno, "cannot write " + path);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.Number() < 0) {
    return FromErrno(errno, "cannot open " + path);
  }
  std::string content(max_bytes + 1, '\0');
  std::size_t length = 0;
  while (length < content.size()) {
    const ssize_t count = ::read(file.Number(), content.data() + length, content.size() - length);
    if (count < 0 && errno != EINTR) {
      return FromErrno(errno, "cannot read " + path);
    }
    if (count == 0) {
      content.resize(length);
      return content;
    }
    length += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return InvalidArgument(path + " is longer than " + std::to_string(max_bytes) + " bytes");
}

absl::Status WriteNewSecretFile(const std::string& path, std::string_view content) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.Number() < 0) {
    return FromErrno(errno, "cannot create " + path);
  }
  absl::Status written = WriteAll(file.Number(), content, path);
  if (!written.ok()) {
    ::unlink(path.c_str());
  }
  return written;
}

}  // namespace porthole::client::internal
