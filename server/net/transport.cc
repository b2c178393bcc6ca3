#include "net/transport.h"

#include "base/status.h"
#include "net/client_tls.h"
#include "net/deadline.h"
#include "net/endpoint.h"
#include "net/error.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <limits>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string PeerName(const Socket& socket) {
  error_code error;
  const Socket::endpoint_type peer = socket.remote_endpoint(error);
  if (error) {
    return "unknown";
  }
  if (peer.protocol().family() == AF_UNIX) {
    asio::local::stream_protocol::endpoint path;
    path.resize(std::min(peer.size(), path.capacity()));
    std::memcpy(path.data(), peer.data(), path.size());
    return path.path().empty() ? "unix" : path.path();
  }
  asio::ip::tcp::endpoint address;  // IPv4's; its size() changes with what is copied into it
  std::memcpy(address.data(), peer.data(), std::min(peer.size(), address.capacity()));
  return ToText(address);
}

}  // namespace

void Transport::FreeTls::operator()(SSL* tls) const {
  SSL_free(tls);
}

Transport::Transport(Socket socket) : core_(std::make_shared<Core>(std::move(socket))) {
  core_->peer = PeerName(core_->socket);
}

Transport::Transport(Socket socket, std::string peer)
    : core_(std::make_shared<Core>(std::move(socket))) {
  core_->peer = std::move(peer);
}

SSL* Transport::Core::TlsForOneCall() {
  wire.BeginCall();
  return tls.get();
}

Attempt Transport::Core::TryRead(std::span<std::uint8_t> target) {
  if (!socket.is_open()) {
    return {.error = asio::error::operation_aborted};
  }
  if (target.empty()) {
    return {};
  }
  if (tls != nullptr) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(TlsForOneCall(), target.data(), target.size(), &got);
    verdict_open = verdict_open && result != 1;
    return TlsOutcome(result, got);
  }
  const ssize_t got = Receive(socket, target);
  if (got > 0) {
    return {.bytes = static_cast<std::size_t>(got)};
  }
  if (got == 0) {
    return {.error = asio::error::eof};
  }
  if (WouldBlock()) {
    return {.need = Attempt::Need::kReadable};
  }
  return {.error = LastSystemError()};
}

Attempt Transport::Core::TryWrite(std::span<const std::uint8_t> bytes) {
  return TryWrite({}, bytes, 0);
}

// Both in one call of the system.
Attempt Transport::Core::SendBoth(std::span<const std::uint8_t> head,
                                  std::span<const std::uint8_t> bytes) {
  // sendmsg() takes pointers to what it only reads.
  std::array<iovec, 2> parts = {
      {{const_cast<std::uint8_t*>(head.data()), head.size()},      // NOLINT
       {const_cast<std::uint8_t*>(bytes.data()), bytes.size()}}};  // NOLINT
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return SendOutcome(sent);
}

Attempt Transport::Core::TryWrite(std::span<const std::uint8_t> head,
                                  std::span<const std::uint8_t> bytes,
                                  std::size_t skip) {
  bytes = bytes.subspan(skip - std::min(skip, head.size()));
  head = head.subspan(std::min(skip, head.size()));
  if (!socket.is_open()) {
    return {.error = asio::error::operation_aborted};
  }
  if (tls != nullptr) {
    return WriteTls(head, bytes);
  }
  if (head.empty() && bytes.empty()) {
    return {};
  }
  return head.empty() ? SendOutcome(Send(socket, bytes)) : SendBoth(head, bytes);
}

Attempt Transport::Core::WriteTls(std::span<const std::uint8_t> head,
                                  std::span<const std::uint8_t> bytes) {
  if (wire.Sealing()) {
    const Attempt attempt = wire.SendSealed();
    if (attempt.error || attempt.need != Attempt::Need::kNothing || attempt.bytes > 0) {
      return attempt;
    }
  }
  const std::size_t size = head.size() + bytes.size();
  if (size == 0) {
    return {};
  }
  return size <= kRecordBytes ? WriteRecord(head, bytes) : SealRecords(head, bytes);
}

// The first record of both, the head with what follows it.
Attempt Transport::Core::WriteRecord(std::span<const std::uint8_t> head,
                                     std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, kRecordBytes> record;  // NOLINT(*-init-variables,*-member-init)
  std::span<const std::uint8_t> plain = head.empty()
                                            ? bytes.first(std::min(bytes.size(), kRecordBytes))
                                            : head.first(std::min(head.size(), kRecordBytes));
  if (!head.empty() && !bytes.empty() && head.size() < kRecordBytes) {
    const std::size_t size = std::min(record.size() - head.size(), bytes.size());
    std::memcpy(record.data(), head.data(), head.size());
    std::memcpy(record.data() + head.size(), bytes.data(), size);
    plain = std::span(record).first(head.size() + size);
  }
  ERR_clear_error();
  std::size_t sent = 0;
  const int result = SSL_write_ex(TlsForOneCall(), plain.data(), plain.size(), &sent);
  return TlsOutcome(result, sent);
}

// Several at once. What TLS has taken and the socket has not must be sent before the caller is told
// that all is written: so the last byte of it is not told until then.
Attempt Transport::Core::SealRecords(std::span<const std::uint8_t> head,
                                     std::span<const std::uint8_t> bytes) {
  wire.BeginSealing();
  std::size_t taken = 0;
  for (std::size_t count = 0; count < kRecordsAtOnce && taken < head.size() + bytes.size();
       ++count) {
    const std::size_t of_head = std::min(taken, head.size());
    const Attempt attempt = WriteRecord(head.subspan(of_head), bytes.subspan(taken - of_head));
    if (attempt.bytes == 0 && taken == 0) {
      return attempt;
    }
    if (attempt.bytes == 0) {
      break;  // TLS itself is broken, since the wire takes everything: met again
    }
    taken += attempt.bytes;
  }
  Attempt sent = wire.SendSealed();
  if (sent.need == Attempt::Need::kNothing && !sent.error) {
    return {.bytes = taken};
  }
  wire.LeaveUntold(1);
  sent.bytes = taken - 1;
  return sent;
}

Attempt Transport::Core::TlsOutcome(int result, std::size_t moved) {
  if (result == 1) {
    return {.bytes = moved};
  }
  switch (SSL_get_error(tls.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.need = Attempt::Need::kReadable};
    case SSL_ERROR_WANT_WRITE:
      return {.need = Attempt::Need::kWritable};
    case SSL_ERROR_ZERO_RETURN:
      return {.error = asio::error::eof};
    case SSL_ERROR_SYSCALL:
      tls_broken = true;
      return {.error = errno != 0 ? LastSystemError() : error_code(asio::error::connection_reset)};
    default:
      break;
  }
  tls_broken = true;
  const unsigned long code = ERR_peek_last_error();
  if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    // A FIN without close_notify: browsers do it, and RFB and WebSocket have ends of their own.
    return {.error = asio::error::eof};
  }
  return {.error = error_code(static_cast<int>(code), asio::error::get_ssl_category())};
}

bool Transport::HasPending() const {
  return core_->tls != nullptr && SSL_pending(core_->tls.get()) > 0;
}

void Transport::OnReady(Attempt::Need need, std::function<void(error_code)> action) {
  core_->socket.async_wait(KindOf(need), [life = std::weak_ptr<Core>(core_),
                                          action = std::move(action)](error_code error) {
    if (!life.expired()) {
      action(error);
    }
  });
}

absl::Status Transport::AttachTls(SSL* tls) {
  core_->tls.reset(tls);
  BIO* const bio = core_->tls == nullptr ? nullptr : core_->wire.NewBio();
  if (bio == nullptr) {
    return Error(absl::StatusCode::kResourceExhausted, "TLS: out of memory");
  }
  SSL_set_bio(core_->tls.get(), bio, bio);
  return absl::OkStatus();
}

Awaitable<error_code> Transport::RunHandshake() {
  for (;;) {
    ERR_clear_error();
    const Attempt attempt = core_->TlsOutcome(SSL_do_handshake(core_->TlsForOneCall()), 0);
    if (attempt.error || attempt.need == Attempt::Need::kNothing) {
      co_return attempt.error;
    }
    const auto [waited] = co_await WaitFor(attempt.need);
    if (waited) {
      co_return waited;
    }
  }
}

Awaitable<absl::Status> Transport::HandshakeAsServer(const TlsContext& context) {
  if (absl::Status attached = AttachTls(context.NewConnection()); !attached.ok()) {
    co_return attached;
  }
  SSL_set_accept_state(core_->tls.get());
  co_return ToStatus(co_await RunHandshake(), "TLS handshake");
}

Awaitable<absl::Status> Transport::HandshakeAsClient(SSL* tls) {
  if (absl::Status attached = AttachTls(tls); !attached.ok()) {
    co_return attached;
  }
  const error_code error = co_await RunHandshake();
  core_->verdict_open = true;
  if (!error) {
    co_return absl::OkStatus();
  }
  if (error == asio::error::operation_aborted || !core_->socket.is_open()) {
    co_return absl::CancelledError("closed");
  }
  const bool by_tls = error.category() == asio::error::get_ssl_category();
  co_return HandshakeFailure(core_->tls.get(), by_tls ? TlsEnd::kError : TlsEnd::kHungUp);
}

absl::Status Transport::ReadFailure(error_code error) const {
  if (core_->verdict_open && core_->socket.is_open()) {
    const bool by_tls = error.category() == asio::error::get_ssl_category();
    absl::Status verdict =
        CertificateVerdict(core_->tls.get(), by_tls ? TlsEnd::kError : TlsEnd::kHungUp);
    if (!verdict.ok()) {
      return verdict;
    }
  }
  return ToStatus(error, "read");
}

void Transport::SayGoodBye() {
  if (core_->tls != nullptr && !core_->tls_broken && SSL_is_init_finished(core_->tls.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(core_->tls.get());
  }
}

void Transport::Leave() {
  if (core_->socket.is_open()) {
    SayGoodBye();
    Close();
  }
}

Awaitable<Closing> Transport::Linger(Timers& timers, std::chrono::milliseconds limit) {
  if (!core_->socket.is_open()) {
    co_return Closing::kLost;
  }
  SayGoodBye();
  error_code ignored;
  core_->socket.shutdown(Socket::shutdown_send, ignored);
  const Deadline deadline(timers, limit, [this] { Reset(); });
  std::array<std::uint8_t, 4096> discarded;  // NOLINT(*-member-init)
  for (;;) {
    // Below TLS on purpose: nobody looks at these bytes any more.
    const ssize_t got = Receive(core_->socket, discarded);
    if (got == 0) {
      Close();
      co_return Closing::kClean;
    }
    if (got < 0 && !WouldBlock()) {
      Close();
      co_return Closing::kLost;
    }
    const auto [waited] = co_await WaitFor(Attempt::Need::kReadable);
    if (waited) {
      co_return deadline.Passed() ? Closing::kReset : Closing::kLost;
    }
  }
}

void Transport::Close() {
  error_code ignored;
  core_->socket.close(ignored);
}

void Transport::Reset() {
  error_code ignored;
  if (core_->socket.is_open()) {
    core_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  core_->socket.close(ignored);
}

TransportFacts Transport::Facts() const {
  TransportFacts facts;
  facts.peer = core_->peer;
  if (core_->tls != nullptr && SSL_is_init_finished(core_->tls.get()) == 1) {
    facts.tls_version = SSL_get_version(core_->tls.get());
    facts.tls_cipher = SSL_get_cipher_name(core_->tls.get());
  }
  return facts;
}

}  // namespace porthole::net
