#include "rfb/security/ra2.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/security/eax_stream.h"
#include "rfb/wire.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace porthole::rfb {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint8_t kUserAndPassword = 1;
constexpr std::uint8_t kPasswordAlone = 2;
constexpr std::size_t kMaxTextBytes = 255;

net::Awaitable<absl::StatusOr<RsaHostKey>> ReadHostKey(net::ByteStream& host) {
  const absl::StatusOr<std::uint32_t> bits = co_await ReadU32(host);
  if (!bits.ok()) {
    co_return bits.status();
  }
  const absl::StatusOr<std::size_t> rest = RsaHostKey::BytesAfter(*bits);
  if (!rest.ok()) {
    co_return rest.status();
  }
  std::vector<std::uint8_t> message(RsaHostKey::kHeadBytes + *rest);
  StoreU32(*bits, message);
  absl::Status read = co_await ReadExact(host, std::span(message).subspan(RsaHostKey::kHeadBytes));
  if (!read.ok()) {
    co_return read;
  }
  co_return RsaHostKey::Parse(std::move(message));
}

absl::Status CheckPin(const RsaHostKey& key, std::string_view pin) {
  if (pin.empty()) {
    return absl::OkStatus();
  }
  const std::string is = key.Sha256();
  if (is == pin) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kAborted,
               "the host's RSA key has the SHA-256 " + is + ", the token pins another one");
}

net::Awaitable<absl::StatusOr<SecretBytes>> ReadHostRandom(net::ByteStream& host,
                                                           const RsaOwnKey& own_key,
                                                           std::size_t size) {
  std::array<std::uint8_t, 2> length{};
  absl::Status read = co_await ReadExact(host, length);
  if (!read.ok()) {
    co_return read;
  }
  if (LoadU16(length) != RsaOwnKey::kBytes) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    "the host's random number is " + std::to_string(LoadU16(length)) +
                        " bytes long, and not as long as the key that it is for");
  }
  std::array<std::uint8_t, RsaOwnKey::kBytes> sealed{};
  read = co_await ReadExact(host, sealed);
  if (!read.ok()) {
    co_return read;
  }
  co_return own_key.Decrypt(sealed, size);
}

net::Awaitable<absl::Status> SendOwnKeyAndRandom(net::ByteStream& host,
                                                 Bytes own_key,
                                                 Bytes sealed_random) {
  std::vector<std::uint8_t> message(own_key.begin(), own_key.end());
  std::array<std::uint8_t, 2> length{};
  StoreU16(static_cast<std::uint16_t>(sealed_random.size()), length);
  message.insert(message.end(), length.begin(), length.end());
  message.insert(message.end(), sealed_random.begin(), sealed_random.end());
  co_return co_await host.Write(message);
}

// SHA-1 or SHA-256 of `parts`, one after the other; the first bytes of it are the kind's keys.
SecretBytes Hash(Ra2Kind kind, std::initializer_list<Bytes> parts) {
  const EVP_MD* const algorithm = kind.key_bytes == 32 ? EVP_sha256() : EVP_sha1();
  SecretBytes digest(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                     &EVP_MD_CTX_free);
  EVP_DigestInit_ex2(hash.get(), algorithm, nullptr);
  for (const Bytes part : parts) {
    EVP_DigestUpdate(hash.get(), part.data(), part.size());
  }
  EVP_DigestFinal_ex(hash.get(), digest.Reveal().data(), nullptr);
  return digest;
}

std::unique_ptr<EaxStream> Encrypted(std::unique_ptr<net::ByteStream> host,
                                     Ra2Kind kind,
                                     Bytes our_random,
                                     Bytes host_random) {
  const SecretBytes to_host = Hash(kind, {host_random, our_random});
  const SecretBytes from_host = Hash(kind, {our_random, host_random});
  return std::make_unique<EaxStream>(std::move(host), to_host.Reveal().first(kind.key_bytes),
                                     from_host.Reveal().first(kind.key_bytes));
}

// Each side shows that it saw the same two keys: who put himself in between has other ones.
net::Awaitable<absl::Status> ProveKeys(net::ByteStream& host,
                                       Ra2Kind kind,
                                       Bytes own_key,
                                       Bytes host_key) {
  const SecretBytes ours = Hash(kind, {own_key, host_key});
  absl::Status status = co_await host.Write(ours.Reveal());
  if (!status.ok()) {
    co_return status;
  }
  const SecretBytes expected = Hash(kind, {host_key, own_key});
  SecretBytes theirs(expected.Reveal().size());
  status = co_await ReadExact(host, theirs.Reveal());
  if (!status.ok()) {
    co_return status;
  }
  if (!std::ranges::equal(expected.Reveal(), theirs.Reveal())) {
    co_return absl::AbortedError("the host did not see the keys that were exchanged here");
  }
  co_return absl::OkStatus();
}

absl::StatusOr<SecretBytes> Credentials(const HostCredentials& credentials, std::uint8_t asked) {
  if (asked != kUserAndPassword && asked != kPasswordAlone) {
    return Error(absl::StatusCode::kInvalidArgument,
                 "the host asks for credentials of kind " + std::to_string(asked));
  }
  const std::string_view user =
      asked == kUserAndPassword ? std::string_view(credentials.username) : std::string_view();
  const std::string_view password = credentials.password.Reveal();
  if (asked == kUserAndPassword && user.empty()) {
    return absl::UnauthenticatedError("the host asks for a user name, but the token has none");
  }
  if (user.size() > kMaxTextBytes || password.size() > kMaxTextBytes) {
    return absl::UnauthenticatedError("RA2 has room for 255 bytes of user name or password");
  }
  SecretBytes message(2 + user.size() + password.size());
  auto next = message.Reveal().begin();
  for (const std::string_view text : {user, password}) {
    *next++ = static_cast<std::uint8_t>(text.size());
    next = std::ranges::copy(text, next).out;
  }
  return message;
}

net::Awaitable<absl::Status> SendCredentials(net::ByteStream& host,
                                             const HostCredentials& credentials) {
  const absl::StatusOr<std::uint8_t> asked = co_await ReadU8(host);
  if (!asked.ok()) {
    co_return asked.status();
  }
  const absl::StatusOr<SecretBytes> message = Credentials(credentials, *asked);
  if (!message.ok()) {
    co_return message.status();
  }
  co_return co_await host.Write(message->Reveal());
}

// What is said inside the encryption.
net::Awaitable<absl::Status> SpeakInside(EaxStream& host,
                                         Ra2Exchange exchange,
                                         Ra2Kind kind,
                                         Bytes host_key) {
  absl::Status status = co_await ProveKeys(host, kind, exchange.own_key.Message(), host_key);
  if (!status.ok()) {
    co_return status;
  }
  status = co_await SendCredentials(host, exchange.credentials);
  if (status.ok() && !kind.whole_stream && host.HasUnread()) {
    co_return absl::InvalidArgumentError("the host goes on in an encryption that is over");
  }
  co_return status;
}

// The key of this process, made when it is needed first. Who recorded a session needs this key,
// which goes with the process, and the host's to read it.
const absl::StatusOr<RsaOwnKey>& OwnKey() {
  static const absl::StatusOr<RsaOwnKey> kKey = RsaOwnKey::Make();
  return kKey;
}

net::Awaitable<absl::Status> Authenticate(SecurityExchange exchange, Ra2Kind kind) {
  const absl::StatusOr<RsaOwnKey>& own_key = OwnKey();
  if (!own_key.ok()) {
    co_return own_key.status();
  }
  const SecretBytes random = SecretBytes::Random(kind.key_bytes);
  co_return co_await SpeakRa2({.host = exchange.host,
                               .credentials = exchange.access.credentials,
                               .pin = exchange.access.rules.host_key_sha256,
                               .own_key = *own_key,
                               .random = random},
                              kind);
}

}  // namespace

std::jthread PrepareRa2() {
  return std::jthread([] { OwnKey().status().IgnoreError(); });  // the sessions say it
}

net::Awaitable<absl::Status> SpeakRa2(Ra2Exchange exchange, Ra2Kind kind) {
  const absl::StatusOr<RsaHostKey> host_key = co_await ReadHostKey(*exchange.host);
  if (!host_key.ok()) {
    co_return host_key.status();
  }
  absl::Status status = CheckPin(*host_key, exchange.pin);
  if (!status.ok()) {
    co_return status;
  }
  const auto sealed = host_key->Encrypt(exchange.random.Reveal());
  if (!sealed.ok()) {
    co_return sealed.status();
  }
  status = co_await SendOwnKeyAndRandom(*exchange.host, exchange.own_key.Message(), *sealed);
  if (!status.ok()) {
    co_return status;
  }
  const absl::StatusOr<SecretBytes> host_random =
      co_await ReadHostRandom(*exchange.host, exchange.own_key, kind.key_bytes);
  if (!host_random.ok()) {
    co_return host_random.status();
  }
  std::unique_ptr<EaxStream> made =
      Encrypted(std::move(exchange.host), kind, exchange.random.Reveal(), host_random->Reveal());
  // Never without a stream: whoever closes the session meanwhile closes this one.
  EaxStream& encrypted = *made;
  exchange.host = std::move(made);
  status = co_await SpeakInside(encrypted, exchange, kind, host_key->Message());
  if (!kind.whole_stream) {
    exchange.host = encrypted.Release();
  }
  co_return status;
}

net::Awaitable<absl::Status> AuthenticateRa2(SecurityExchange exchange) {
  return Authenticate(exchange, {.key_bytes = 16, .whole_stream = true});
}

net::Awaitable<absl::Status> AuthenticateRa2ne(SecurityExchange exchange) {
  return Authenticate(exchange, {.key_bytes = 16, .whole_stream = false});
}

net::Awaitable<absl::Status> AuthenticateRa2Of256(SecurityExchange exchange) {
  return Authenticate(exchange, {.key_bytes = 32, .whole_stream = true});
}

net::Awaitable<absl::Status> AuthenticateRa2neOf256(SecurityExchange exchange) {
  return Authenticate(exchange, {.key_bytes = 32, .whole_stream = false});
}

}  // namespace porthole::rfb
