#include "tests/bench/load/wire.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace porthole::bench {
namespace {

constexpr std::size_t kRecordBytes = SSL3_RT_MAX_PLAIN_LENGTH;

}  // namespace

Wire::Wire(Descriptor socket, TlsClient* tls) : socket_(std::move(socket)) {
  if (tls != nullptr) {
    tls_ = tls->Over(socket_.Number());
  }
}

Wire::Outcome Wire::OutcomeOf(int result) {
  const int error = SSL_get_error(tls_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
    return Outcome::kLater;
  }
  // After one of these OpenSSL must not be asked for a close_notify.
  broken_ = error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
  return Outcome::kEnded;
}

Wire::Outcome Wire::Shake() {
  if (tls_ == nullptr) {
    return Outcome::kDone;
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  return result == 1 ? Outcome::kDone : OutcomeOf(result);
}

Wire::Moved Wire::ReadTls(std::span<std::uint8_t> into) {
  std::size_t total = 0;
  // A record that is read in part would stay inside OpenSSL, where epoll does not see it.
  while (total == 0 || into.size() - total >= kRecordBytes) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(tls_.get(), into.data() + total, into.size() - total, &count);
    if (result != 1) {
      const Outcome outcome = OutcomeOf(result);
      return {total > 0 ? Outcome::kDone : outcome, total};
    }
    total += count;
  }
  return {Outcome::kDone, total};
}

Wire::Moved Wire::Read(std::span<std::uint8_t> into) {
  if (tls_ != nullptr) {
    return ReadTls(into);
  }
  const ssize_t count = ::recv(socket_.Number(), into.data(), into.size(), 0);
  if (count > 0) {
    return {Outcome::kDone, static_cast<std::size_t>(count)};
  }
  const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
  return {later ? Outcome::kLater : Outcome::kEnded, 0};
}

Wire::Moved Wire::Write(std::span<const std::uint8_t> from) {
  if (tls_ != nullptr) {
    std::size_t count = 0;
    ERR_clear_error();
    const int result = SSL_write_ex(tls_.get(), from.data(), from.size(), &count);
    return {result == 1 ? Outcome::kDone : OutcomeOf(result), count};
  }
  const ssize_t count = ::send(socket_.Number(), from.data(), from.size(), MSG_NOSIGNAL);
  if (count >= 0) {
    return {Outcome::kDone, static_cast<std::size_t>(count)};
  }
  const bool later = errno == EAGAIN || errno == EINTR;
  return {later ? Outcome::kLater : Outcome::kEnded, 0};
}

void Wire::Finish() {
  if (tls_ != nullptr && !broken_) {
    ERR_clear_error();
    // A close_notify that does not go out now is not missed: the FIN follows it anyway.
    SSL_shutdown(tls_.get());
  }
  ::shutdown(socket_.Number(), SHUT_WR);
}

bool Wire::Resumed() const {
  return tls_ != nullptr && SSL_session_reused(tls_.get()) == 1;
}

}  // namespace porthole::bench
