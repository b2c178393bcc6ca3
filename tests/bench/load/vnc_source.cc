// A VNC server for benchmarks: RFB 3.8, security None, thousands of connections on one thread.
//   vnc_source flood         once asked, raw updates of 1920x1080 without an end
//   vnc_source answer BYTES  for each request one update of that many bytes
// Prints {"port": …}, and ends at the end of standard input or with a signal.

#include "tests/bench/load/sockets.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

namespace porthole::bench {
namespace {

constexpr std::string_view kVersion = "RFB 003.008\n";
constexpr std::size_t kRequestBytes = 10;
constexpr char kUpdateRequest = 3;
constexpr std::size_t kUpdateHeaderBytes = 16;
constexpr std::size_t kPixelBytes = 4;
constexpr std::uint16_t kWidth = 1920;
constexpr std::uint16_t kHeight = 1080;
constexpr std::size_t kMostAtOnce = 262144;
constexpr std::size_t kMostAnswer = 65536;
constexpr std::chrono::seconds kPatience(1);

void Append16(std::string& to, std::size_t value) {
  to.push_back(static_cast<char>((value >> 8U) & 0xFFU));
  to.push_back(static_cast<char>(value & 0xFFU));
}

// One update with one raw rectangle (RFC 6143, section 7.6.1) of width x height pixels.
std::string Update(std::size_t width, std::size_t height) {
  std::string update("\0\0\0\1\0\0\0\0", 8);
  Append16(update, width);
  Append16(update, height);
  update.append(4, '\0');
  update.reserve(update.size() + (width * height * kPixelBytes));
  for (std::size_t i = 0; i < width * height * kPixelBytes; ++i) {
    update.push_back(static_cast<char>(((i * 7) / 5) & 0xFFU));
  }
  return update;
}

std::string ServerInit() {
  std::string init;
  Append16(init, kWidth);
  Append16(init, kHeight);
  // 32 bits a pixel, depth 24, true colour, as QEMU has it.
  init.append(std::string_view("\x20\x18\0\1\0\xFF\0\xFF\0\xFF\x10\x08\0\0\0\0", 16));
  init.append(std::string_view("\0\0\0\6source", 10));
  return init;
}

// What every connection of the process does.
struct Role {
  bool flood = false;
  std::string update;
};

// One connection: first the handshake, then updates.
class Connection {
 public:
  Connection(Descriptor socket, const Role& role) : socket_(std::move(socket)), role_(role) {
    greeting_ = kVersion;
  }

  int Socket() const { return socket_.Number(); }
  bool Writing() const { return !greeting_.empty() || owed_ > 0; }
  // False once it is to be closed.
  bool Advance(std::uint32_t events) {
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && !Read()) {
      return false;
    }
    return Write();
  }

 private:
  bool Read() {
    std::array<char, 4096> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into
    const ssize_t count = ::recv(Socket(), bytes.data(), bytes.size(), 0);
    if (count <= 0) {
      return count < 0 && (errno == EAGAIN || errno == EINTR);
    }
    inbox_.append(bytes.data(), static_cast<std::size_t>(count));
    std::size_t used = 0;
    while (const std::size_t taken = Take(std::string_view(inbox_).substr(used))) {
      used += taken;
    }
    inbox_.erase(0, used);
    return !failed_;
  }

  // Takes one message; gives its length, 0 when it is not complete.
  std::size_t Take(std::string_view bytes) {
    const std::size_t size = NextBytes();
    if (failed_ || bytes.size() < size) {
      return 0;
    }
    switch (step_) {
      case Step::kVersion:
        greeting_.append(std::string_view("\1\1", 2));
        step_ = Step::kType;
        break;
      case Step::kType:
        greeting_.append(4, '\0');
        step_ = Step::kInit;
        break;
      case Step::kInit:
        greeting_.append(ServerInit());
        step_ = Step::kLive;
        break;
      case Step::kLive:
        failed_ = bytes[0] != kUpdateRequest;
        owed_ = role_.flood ? 1 : owed_ + 1;
        break;
    }
    return size;
  }

  std::size_t NextBytes() const {
    switch (step_) {
      case Step::kVersion:
        return kVersion.size();
      case Step::kLive:
        return kRequestBytes;
      default:
        return 1;
    }
  }

  bool Write() {
    while (Writing()) {
      const bool greets = !greeting_.empty();
      const std::string_view from =
          greets ? std::string_view(greeting_)
                 : std::string_view(role_.update).substr(offset_, kMostAtOnce);
      const ssize_t count = ::send(Socket(), from.data(), from.size(), MSG_NOSIGNAL);
      if (count < 0) {
        return errno == EAGAIN || errno == EINTR;
      }
      if (greets) {
        greeting_.erase(0, static_cast<std::size_t>(count));
      } else {
        Sent(static_cast<std::size_t>(count));
        if (role_.flood) {
          return true;  // the others' turn
        }
      }
    }
    return true;
  }

  void Sent(std::size_t count) {
    offset_ += count;
    if (offset_ == role_.update.size()) {
      offset_ = 0;
      owed_ -= role_.flood ? 0 : 1;
    }
  }

  enum class Step : std::uint8_t { kVersion, kType, kInit, kLive };

  Descriptor socket_;
  const Role& role_;
  std::string inbox_;
  std::string greeting_;
  std::size_t owed_ = 0;
  std::size_t offset_ = 0;
  Step step_ = Step::kVersion;
  bool failed_ = false;
};

class Server {
 public:
  explicit Server(Role role) : role_(std::move(role)), listener_(ListenOn(0)) {
    poller_.Watch(listener_.Number(), EPOLLIN, nullptr);
    poller_.Watch(STDIN_FILENO, EPOLLIN, &over_);
    std::cout << "{\"port\":" << PortOf(listener_) << "}\n" << std::flush;
  }

  void Run() {
    while (!over_) {
      for (const epoll_event& event : poller_.Wait(kPatience)) {
        if (event.data.ptr == nullptr) {
          Accept();
        } else if (event.data.ptr == &over_) {
          over_ = true;
        } else {
          Advance(*static_cast<Entry*>(event.data.ptr), event.events);
        }
      }
    }
  }

 private:
  struct Entry {
    std::unique_ptr<Connection> connection;
    std::uint32_t watched = 0;
  };

  void Accept() {
    for (Descriptor socket = AcceptFrom(listener_); socket.Number() >= 0;
         socket = AcceptFrom(listener_)) {
      const int number = socket.Number();
      Entry& entry = entries_[number];
      entry.connection = std::make_unique<Connection>(std::move(socket), role_);
      entry.watched = EPOLLIN | EPOLLOUT;
      poller_.Watch(number, entry.watched, &entry);
    }
  }

  void Advance(Entry& entry, std::uint32_t events) {
    const int number = entry.connection->Socket();
    if (!entry.connection->Advance(events)) {
      entries_.erase(number);  // closing takes it out of epoll
      return;
    }
    const std::uint32_t wanted =
        EPOLLIN | (entry.connection->Writing() ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
    if (wanted != entry.watched) {
      entry.watched = wanted;
      poller_.Change(number, wanted, &entry);
    }
  }

  Role role_;
  Descriptor listener_;
  Poller poller_;
  // By descriptor; a node of the map stays where it is.
  std::unordered_map<int, Entry> entries_;
  bool over_ = false;
};

Role RoleOf(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "flood" && argc == 2) {
    return {.flood = true, .update = Update(kWidth, kHeight)};
  }
  const std::string_view text = mode == "answer" && argc == 3 ? argv[2] : "";
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || bytes <= kUpdateHeaderBytes || bytes > kMostAnswer || bytes % kPixelBytes != 0) {
    throw std::runtime_error("usage: vnc_source flood | answer BYTES (multiple of 4, 20 to 65536)");
  }
  return {.flood = false, .update = Update((bytes - kUpdateHeaderBytes) / kPixelBytes, 1)};
}

}  // namespace
}  // namespace porthole::bench

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    porthole::bench::RaiseDescriptorLimit();
    porthole::bench::Server(porthole::bench::RoleOf(argc, argv)).Run();
  } catch (const std::exception& error) {
    std::cerr << "vnc_source: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
