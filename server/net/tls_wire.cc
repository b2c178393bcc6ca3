#include "net/tls_wire.h"

#include "net/bio_method.h"

#include <boost/asio/error.hpp>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace porthole::net {
namespace {

// A record takes two, its head and the rest: enough for what may come before application data.
constexpr int kReadsACall = 16;

}  // namespace

boost::system::error_code LastSystemError() {
  return {errno, boost::system::system_category()};
}

bool WouldBlock() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

ssize_t Receive(Socket& socket, std::span<std::uint8_t> target) {
  ssize_t got = 0;
  do {
    got = recv(socket.native_handle(), target.data(), target.size(), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  return got;
}

ssize_t Send(Socket& socket, std::span<const std::uint8_t> bytes) {
  ssize_t sent = 0;
  do {
    sent = send(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

Attempt SendOutcome(ssize_t sent) {
  if (sent >= 0) {
    return {.bytes = static_cast<std::size_t>(sent)};
  }
  if (WouldBlock()) {
    return {.need = Attempt::Need::kWritable};
  }
  return {.error = LastSystemError()};
}

TlsWire::~TlsWire() = default;

std::unique_ptr<TlsWire::Sealed>& TlsWire::Spare() {
  static thread_local std::unique_ptr<Sealed> spare;
  return spare;
}

void TlsWire::BeginCall() {
  reads_left_ = kReadsACall;
}

void TlsWire::BeginSealing() {
  sealed_ = std::move(Spare());
  if (sealed_ == nullptr) {
    sealed_ = std::make_unique<Sealed>();
  }
}

Attempt TlsWire::SendSealed() {
  if (!socket_.is_open()) {
    return {.error = boost::asio::error::operation_aborted};
  }
  Sealed& sealed = *sealed_;
  while (sealed.sent < sealed.records.size()) {
    const Attempt attempt =
        SendOutcome(Send(socket_, std::span(sealed.records).subspan(sealed.sent)));
    if (attempt.error || attempt.need != Attempt::Need::kNothing) {
      return attempt;
    }
    sealed.sent += attempt.bytes;
  }
  const std::size_t told = std::exchange(sealed.untold, 0);
  sealed.sent = 0;
  sealed.records.clear();
  Spare() = std::move(sealed_);
  return {.bytes = told};
}

void TlsWire::LeaveUntold(std::size_t bytes) {
  sealed_->untold = bytes;
}

int TlsWire::Read(BIO* bio, char* target, int size) {
  BIO_clear_retry_flags(bio);
  TlsWire& wire = *static_cast<TlsWire*>(BIO_get_data(bio));
  if (!wire.socket_.is_open()) {
    return -1;
  }
  if (wire.reads_left_ == 0) {
    // Whoever waits for the socket has his turn again when others had theirs.
    BIO_set_retry_read(bio);
    return -1;
  }
  --wire.reads_left_;
  const ssize_t got = Receive(
      wire.socket_, {reinterpret_cast<std::uint8_t*>(target), static_cast<std::size_t>(size)});
  if (got < 0 && WouldBlock()) {
    BIO_set_retry_read(bio);
  } else if (got == 0) {
    BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  }
  return static_cast<int>(got);
}

int TlsWire::Write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  TlsWire& wire = *static_cast<TlsWire*>(BIO_get_data(bio));
  if (!wire.socket_.is_open()) {
    return -1;
  }
  const std::span<const std::uint8_t> record(reinterpret_cast<const std::uint8_t*>(bytes),
                                             static_cast<std::size_t>(size));
  if (wire.sealed_ != nullptr) {
    wire.sealed_->records.insert(wire.sealed_->records.end(), record.begin(), record.end());
    return size;
  }
  const ssize_t sent = Send(wire.socket_, record);
  if (sent < 0 && WouldBlock()) {
    BIO_set_retry_write(bio);
  }
  return static_cast<int>(sent);
}

long TlsWire::Control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

BIO* TlsWire::NewBio() {
  static const BIO_METHOD* const kMethod =
      NewBioMethod({.name = "porthole", .read = Read, .write = Write, .control = Control});
  return net::NewBio(kMethod, this);
}

}  // namespace porthole::net
