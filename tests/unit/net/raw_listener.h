#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace porthole::testing {

// A listening TCP socket that nobody serves: the kernel takes connections for it.
class RawListener {
 public:
  // On `port`, 0: of the system's choice.
  explicit RawListener(const std::string& address, std::uint16_t port = 0, int backlog = 64)
      : v6_(address.find(':') != std::string::npos),
        socket_(socket(v6_ ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    Place place = PlaceOf(address, port);
    if (bind(socket_, place.Raw(), place.size) != 0 || listen(socket_, backlog) != 0) {
      throw std::runtime_error("cannot listen on " + address);
    }
    getsockname(socket_, place.Raw(), &place.size);
    port_ = ntohs(v6_ ? reinterpret_cast<sockaddr_in6&>(place.storage).sin6_port
                      : reinterpret_cast<sockaddr_in&>(place.storage).sin_port);
  }
  RawListener(const RawListener&) = delete;
  RawListener& operator=(const RawListener&) = delete;
  ~RawListener() {
    for (const int one : taken_) {
      close(one);
    }
    close(socket_);
  }

  std::uint16_t Port() const { return port_; }
  bool IsV6() const { return v6_; }

  // Whether a connection waits to be accepted.
  bool HasConnection() const {
    pollfd look{.fd = socket_, .events = POLLIN, .revents = 0};
    return poll(&look, 1, 0) == 1;
  }

  // Accepts one; gives its descriptor, which stays the listener's.
  int Accept() {
    taken_.push_back(accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC));
    return taken_.back();
  }

  // The address that the connection came from.
  static std::string PeerOf(int connection) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    getpeername(connection, reinterpret_cast<sockaddr*>(&storage), &size);
    std::string text(INET6_ADDRSTRLEN, '\0');
    const void* const address =
        storage.ss_family == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6&>(storage).sin6_addr)
            : static_cast<const void*>(&reinterpret_cast<sockaddr_in&>(storage).sin_addr);
    inet_ntop(storage.ss_family, address, text.data(), static_cast<socklen_t>(text.size()));
    text.resize(std::strlen(text.c_str()));
    return text;
  }

  // From here on connections neither succeed nor fail: the backlog (which must be 0) is full.
  void Fill(const std::string& address) {
    for (int i = 0; i < 4; ++i) {
      Place place = PlaceOf(address, port_);
      const int one =
          socket(v6_ ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      const int begun = connect(one, place.Raw(), place.size);
      EXPECT_TRUE(begun == 0 || errno == EINPROGRESS);
      taken_.push_back(one);
    }
  }

 private:
  struct Place {
    sockaddr* Raw() { return reinterpret_cast<sockaddr*>(&storage); }

    sockaddr_storage storage{};
    socklen_t size = 0;
  };

  static Place PlaceOf(const std::string& address, std::uint16_t port) {
    Place place;
    if (address.find(':') != std::string::npos) {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(place.storage);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr);
      place.size = sizeof(v6);
    } else {
      auto& v4 = reinterpret_cast<sockaddr_in&>(place.storage);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      inet_pton(AF_INET, address.c_str(), &v4.sin_addr);
      place.size = sizeof(v4);
    }
    return place;
  }

  bool v6_;
  int socket_;
  std::uint16_t port_ = 0;
  std::vector<int> taken_;
};

}  // namespace porthole::testing
