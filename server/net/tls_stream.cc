#include "net/tls_stream.h"

#include "base/status.h"
#include "net/bio_method.h"
#include "net/client_tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

namespace porthole::net {
namespace {

constexpr std::size_t kRecordBytes = 16384;             // RFC 8446, section 5.1
constexpr std::size_t kWireBytes = kRecordBytes + 512;  // a record with its head and tag

using Wires = TlsStream::Wires;

int ReadWire(BIO* bio, char* target, int size) {
  BIO_clear_retry_flags(bio);
  auto& wires = *static_cast<Wires*>(BIO_get_data(bio));
  const std::size_t count =
      std::min(static_cast<std::size_t>(size), wires.in.size() - wires.in_used);
  if (count == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  std::memcpy(target, wires.in.data() + wires.in_used, count);
  wires.in_used += count;
  return static_cast<int>(count);
}

int WriteWire(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  auto& wires = *static_cast<Wires*>(BIO_get_data(bio));
  wires.out.insert(wires.out.end(), bytes, bytes + size);
  return size;
}

long ControlWire(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* WireBio() {
  static const BIO_METHOD* const kMethod = NewBioMethod(
      {.name = "layered", .read = ReadWire, .write = WriteWire, .control = ControlWire});
  return kMethod;
}

// What it means that no more bytes of a handshake move.
absl::Status CutOff(SSL* tls, const absl::Status& moved) {
  const bool hung_up = absl::IsOutOfRange(moved) || absl::IsUnavailable(moved);
  return hung_up ? HandshakeFailure(tls, TlsEnd::kHungUp) : moved;
}

}  // namespace

void TlsStream::FreeTls::operator()(SSL* tls) const {
  SSL_free(tls);
}

TlsStream::TlsStream(std::unique_ptr<ByteStream> inner, SSL* tls)
    : inner_(std::move(inner)), tls_(tls) {
  BIO* const bio = NewBio(WireBio(), &wires_);
  if (bio != nullptr && tls_ != nullptr) {
    SSL_set_bio(tls_.get(), bio, bio);
  } else {
    BIO_free(bio);
    tls_.reset();
  }
}

absl::Status TlsStream::Outcome(int result, std::string_view doing) const {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return absl::OkStatus();
    case SSL_ERROR_ZERO_RETURN:
      return Error(absl::StatusCode::kOutOfRange,
                   std::string(doing) + ": the TLS connection ended");
    default:
      return Error(absl::StatusCode::kInvalidArgument, std::string(doing) + ": " + TakeTlsError());
  }
}

// Waits for bytes without a buffer, then takes a record's worth of them.
Awaitable<absl::Status> TlsStream::Fill() {
  wires_.in = {};
  wires_.in_used = 0;
  const absl::Status waited = co_await inner_->WaitReadable();
  if (!waited.ok()) {
    co_return closed_ ? absl::CancelledError("closed") : waited;
  }
  wires_.in.resize(kWireBytes);
  const absl::StatusOr<std::size_t> count = co_await inner_->ReadSome(wires_.in);
  wires_.in.resize(count.value_or(0));
  co_return closed_ ? absl::CancelledError("closed") : count.status();
}

Awaitable<absl::Status> TlsStream::Flush() {
  if (wires_.out.empty()) {
    co_return absl::OkStatus();
  }
  const std::vector<std::uint8_t> out = std::exchange(wires_.out, {});
  const absl::Status written = co_await inner_->Write(out);
  co_return closed_ ? absl::CancelledError("closed") : written;
}

// The handshake's bytes out and in; once it is over, or broken, only out.
Awaitable<absl::Status> TlsStream::Exchange(bool more) {
  absl::Status moved = co_await Flush();
  if (moved.ok() && more) {
    moved = co_await Fill();
  }
  co_return moved;
}

Awaitable<absl::Status> TlsStream::Handshake() {
  if (tls_ == nullptr) {
    co_return absl::ResourceExhaustedError("TLS: out of memory");
  }
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_.get());
    const bool more = result != 1 && SSL_get_error(tls_.get(), result) == SSL_ERROR_WANT_READ;
    // Asked before the alert goes out, since it is OpenSSL's last error that it tells.
    absl::Status failure =
        result == 1 || more ? absl::OkStatus() : HandshakeFailure(tls_.get(), TlsEnd::kError);
    const absl::Status moved = co_await Exchange(more);
    if (!failure.ok()) {
      co_return failure;
    }
    if (!moved.ok()) {
      co_return CutOff(tls_.get(), moved);
    }
    if (result == 1) {
      verdict_open_ = true;
      co_return moved;
    }
  }
}

absl::Status TlsStream::Verdict(const absl::Status& failure) const {
  const bool late = verdict_open_ && !closed_ &&
                    (absl::IsOutOfRange(failure) || absl::IsUnavailable(failure) ||
                     absl::IsInvalidArgument(failure));
  if (!late) {
    return failure;
  }
  const TlsEnd end = absl::IsInvalidArgument(failure) ? TlsEnd::kError : TlsEnd::kHungUp;
  const absl::Status verdict = CertificateVerdict(tls_.get(), end);
  return verdict.ok() ? failure : verdict;
}

// May return early, when a record is there in part: ReadSome() then waits for its rest.
Awaitable<absl::Status> TlsStream::WaitReadable() {
  if (closed_) {
    co_return absl::CancelledError("closed");
  }
  if (SSL_pending(tls_.get()) > 0 || wires_.in_used < wires_.in.size()) {
    co_return absl::OkStatus();
  }
  wires_.in = {};
  wires_.in_used = 0;
  const absl::Status waited = co_await inner_->WaitReadable();
  co_return closed_ ? absl::CancelledError("closed") : waited;
}

Awaitable<absl::StatusOr<std::size_t>> TlsStream::ReadSome(std::span<std::uint8_t> target) {
  for (;;) {
    if (closed_) {
      co_return absl::CancelledError("closed");
    }
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(tls_.get(), target.data(), target.size(), &count);
    if (result == 1) {
      verdict_open_ = false;
      co_return count;
    }
    absl::Status outcome = Outcome(result, "read");
    if (outcome.ok()) {
      outcome = co_await Fill();
    }
    if (!outcome.ok()) {
      co_return Verdict(outcome);
    }
  }
}

Awaitable<absl::Status> TlsStream::Write(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (closed_) {
      co_return absl::CancelledError("closed");
    }
    ERR_clear_error();
    std::size_t count = 0;
    const std::size_t most = std::min(bytes.size(), kRecordBytes);
    const int result = SSL_write_ex(tls_.get(), bytes.data(), most, &count);
    if (result != 1) {
      const absl::Status outcome = Outcome(result, "write");
      co_return outcome.ok() ? absl::InvalidArgumentError("write: TLS would begin anew") : outcome;
    }
    bytes = bytes.subspan(count);
    const absl::Status flushed = co_await Flush();
    if (!flushed.ok()) {
      co_return flushed;
    }
  }
  co_return absl::OkStatus();
}

void TlsStream::Close(Ending ending) {
  closed_ = true;
  inner_->Close(std::move(ending));
}

Awaitable<Closing> TlsStream::Closed() {
  co_return co_await inner_->Closed();
}

TransportFacts TlsStream::Facts() const {
  TransportFacts facts = inner_->Facts();
  if (tls_ != nullptr && SSL_is_init_finished(tls_.get()) == 1) {
    facts.tls_version = SSL_get_version(tls_.get());
    facts.tls_cipher = SSL_get_cipher_name(tls_.get());
  }
  return facts;
}

}  // namespace porthole::net
