#include "tests/unit/net/loopback.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace porthole::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::milliseconds kLook{2};

template <typename Address>
int Connect(const Address& address, int receive_buffer) {
  const int fd = socket(reinterpret_cast<const sockaddr&>(address).sa_family, SOCK_STREAM, 0);
  if (fd < 0) {
    throw std::runtime_error("no socket");
  }
  if (receive_buffer > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  }
  if (connect(fd, &reinterpret_cast<const sockaddr&>(address), sizeof(address)) != 0) {
    throw std::runtime_error("cannot connect");
  }
  return fd;
}

}  // namespace

bool RunUntil(net::Worker& worker, const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  worker.Loop().restart();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    worker.Loop().run_one_for(kLook);
  }
  return true;
}

void RawClient::FreeTls::operator()(SSL* tls) const {
  SSL_free(tls);
}

void RawClient::FreeTls::operator()(SSL_CTX* context) const {
  SSL_CTX_free(context);
}

RawClient::RawClient(net::Worker& worker, std::uint16_t port, int receive_buffer, bool v6)
    : worker_(worker) {
  if (v6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = in6addr_loopback;
    Adopt(Connect(address, receive_buffer));
  } else {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Adopt(Connect(address, receive_buffer));
  }
}

RawClient::RawClient(net::Worker& worker, int socket) : worker_(worker) {
  Adopt(socket);
}

void RawClient::Adopt(int socket) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2)
  socket_ = socket;
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

RawClient::~RawClient() {
  if (socket_ >= 0) {
    close(socket_);
  }
}

bool RawClient::StartTls(std::string_view alpn) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  if (!alpn.empty()) {
    SSL_set_alpn_protos(tls_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
  }
  return RunHandshake(SSL_connect);
}

bool RawClient::AcceptTls(const std::function<void(SSL_CTX*)>& configure) {
  context_.reset(SSL_CTX_new(TLS_server_method()));
  configure(context_.get());
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  return RunHandshake(SSL_accept);
}

bool RawClient::RunHandshake(int (*step)(SSL*)) {
  int error = SSL_ERROR_NONE;
  RunUntil(worker_, [this, step, &error] {
    ERR_clear_error();
    const int result = step(tls_.get());
    error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(tls_.get(), result);
    return error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
  });
  return error == SSL_ERROR_NONE;
}

void RawClient::Send(std::string_view bytes) {
  RunUntil(worker_, [this, &bytes] {
    const auto sent = tls_ != nullptr
                          ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return bytes.empty() || (sent < 0 && tls_ == nullptr && errno != EAGAIN);
  });
}

long RawClient::Take(char* target, std::size_t size) {
  if (tls_ == nullptr) {
    return recv(socket_, target, size, 0);
  }
  errno = EAGAIN;
  const int got = SSL_read(tls_.get(), target, static_cast<int>(size));
  switch (SSL_get_error(tls_.get(), got)) {
    case SSL_ERROR_NONE:
      return got;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_SYSCALL:
      return -1;
    default:
      return 0;
  }
}

void RawClient::Pump() {
  for (std::size_t before = SIZE_MAX; before != received_.size();) {
    before = received_.size();
    PumpOnce();
  }
}

void RawClient::PumpOnce() {
  if (ended_) {
    return;
  }
  std::array<char, 65536> bytes{};
  const long got = Take(bytes.data(), bytes.size());
  if (got > 0) {
    received_.append(bytes.data(), static_cast<std::size_t>(got));
    return;
  }
  reset_ = got < 0 && errno == ECONNRESET;
  ended_ = got == 0 || reset_;
}

bool RawClient::Receive(std::size_t bytes) {
  return RunUntil(worker_, [this, bytes] {
    Pump();
    return received_.size() >= bytes;
  });
}

bool RawClient::ReceiveText(std::string_view text) {
  return RunUntil(worker_, [this, text] {
    Pump();
    return received_.find(text) != std::string::npos;
  });
}

bool RawClient::ReceiveEnd() {
  return RunUntil(worker_, [this] {
    Pump();
    return ended_;
  });
}

void RawClient::SendEnd() {
  if (tls_ != nullptr) {
    SSL_shutdown(tls_.get());
  }
  shutdown(socket_, SHUT_WR);
}

void RawClient::Vanish() {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(std::exchange(socket_, -1));
}

}  // namespace porthole::testing
