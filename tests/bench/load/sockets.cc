#include "tests/bench/load/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace porthole::bench {
namespace {

constexpr std::size_t kMostReady = 512;
constexpr int kBacklog = 4096;

int Checked(int result, const char* what) {
  if (result < 0) {
    throw std::system_error(errno, std::generic_category(), what);
  }
  return result;
}

sockaddr_in Loopback(std::uint8_t last, std::uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((INADDR_LOOPBACK & 0xFFFFFF00U) | last);
  return address;
}

const sockaddr* Plain(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

void Set(const Descriptor& socket, int level, int option, int value) {
  Checked(::setsockopt(socket.Number(), level, option, &value, sizeof(value)), "setsockopt");
}

Descriptor NewSocket() {
  return Descriptor(
      Checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket"));
}

}  // namespace

Descriptor ListenOn(std::uint16_t port) {
  Descriptor listener = NewSocket();
  Set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  const sockaddr_in address = Loopback(1, port);
  Checked(::bind(listener.Number(), Plain(address), sizeof(address)), "bind");
  Checked(::listen(listener.Number(), kBacklog), "listen");
  return listener;
}

std::uint16_t PortOf(const Descriptor& socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof(address);
  Checked(::getsockname(socket.Number(), reinterpret_cast<sockaddr*>(&address), &size),
          "getsockname");
  return ntohs(address.sin_port);
}

Descriptor AcceptFrom(const Descriptor& listener) {
  const int number = ::accept4(listener.Number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (number < 0 && (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)) {
    return Descriptor();
  }
  Descriptor socket(Checked(number, "accept"));
  Set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  return socket;
}

Descriptor ConnectTo(std::uint16_t port, std::uint8_t source, int receive_buffer) {
  Descriptor socket = NewSocket();
  Set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  // The port is chosen at connect, when the far end is known: else an address has 28,000 in all.
  Set(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (receive_buffer > 0) {
    Set(socket, SOL_SOCKET, SO_RCVBUF, receive_buffer);
  }
  const sockaddr_in from = Loopback(source, 0);
  Checked(::bind(socket.Number(), Plain(from), sizeof(from)), "bind");
  const sockaddr_in to = Loopback(1, port);
  if (::connect(socket.Number(), Plain(to), sizeof(to)) != 0 && errno != EINPROGRESS) {
    throw std::system_error(errno, std::generic_category(), "connect");
  }
  return socket;
}

int ErrorOf(const Descriptor& socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  Checked(::getsockopt(socket.Number(), SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt");
  return error;
}

void RaiseDescriptorLimit() {
  rlimit limit = {};
  Checked(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  Checked(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
}

Poller::Poller() : epoll_(Checked(::epoll_create1(EPOLL_CLOEXEC), "epoll")), ready_(kMostReady) {}

void Poller::Watch(int descriptor, std::uint32_t events, void* what) {
  epoll_event event = {.events = events, .data = {.ptr = what}};
  Checked(::epoll_ctl(epoll_.Number(), EPOLL_CTL_ADD, descriptor, &event), "epoll_ctl add");
}

void Poller::Change(int descriptor, std::uint32_t events, void* what) {
  epoll_event event = {.events = events, .data = {.ptr = what}};
  Checked(::epoll_ctl(epoll_.Number(), EPOLL_CTL_MOD, descriptor, &event), "epoll_ctl mod");
}

void Poller::Forget(int descriptor) {
  Checked(::epoll_ctl(epoll_.Number(), EPOLL_CTL_DEL, descriptor, nullptr), "epoll_ctl del");
}

std::span<const epoll_event> Poller::Wait(std::chrono::nanoseconds most) {
  const auto count = std::max<std::chrono::nanoseconds::rep>(most.count(), 0);
  const timespec limit = {.tv_sec = count / 1'000'000'000, .tv_nsec = count % 1'000'000'000};
  const int ready = ::epoll_pwait2(epoll_.Number(), ready_.data(), kMostReady, &limit, nullptr);
  if (ready < 0 && errno == EINTR) {
    return {};
  }
  return {ready_.data(), static_cast<std::size_t>(Checked(ready, "epoll_wait"))};
}

}  // namespace porthole::bench
