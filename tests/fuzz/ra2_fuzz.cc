// What a host may say in RA2 and its relatives. The first byte of the input tells which one, how
// the bytes are cut, and whether the host's key is pinned.

#include "rfb/security/ra2.h"
#include "rfb/wire.h"
#include "tests/fuzz/security_fuzz.h"
#include "tests/unit/rfb/ra2_vectors.h"

#include <algorithm>
#include <array>

namespace {

using porthole::rfb::Ra2Vector;
using porthole::rfb::RsaOwnKey;
using porthole::rfb::SecretBytes;

const RsaOwnKey& OwnKey() {
  static const auto kKey = RsaOwnKey::FromPem(porthole::rfb::kOwnKeyPem);
  return *kKey;
}

SecretBytes RandomOf(const Ra2Vector& vector) {
  SecretBytes random(vector.our_random.size());
  std::ranges::copy(vector.our_random, random.Reveal().begin());
  return random;
}

// The dialogue, and SecurityResult through the stream that it leaves.
porthole::net::Awaitable<absl::Status> Speak(std::unique_ptr<porthole::net::ByteStream>& host,
                                             std::uint8_t choice) {
  const Ra2Vector& vector = porthole::rfb::kRa2Vectors.at(choice & 3U);
  const SecretBytes random = RandomOf(vector);
  absl::Status status = co_await porthole::rfb::SpeakRa2(
      {.host = host,
       .credentials = porthole::fuzz::Credentials(),
       .pin = (choice & 4U) != 0 ? porthole::rfb::kHostKeySha256 : "",
       .own_key = OwnKey(),
       .random = random},
      {.key_bytes = vector.key_bytes, .whole_stream = vector.whole_stream});
  porthole::fuzz::Expect(host != nullptr);
  if (status.ok()) {
    std::array<std::uint8_t, 4> result{};
    status = co_await porthole::rfb::ReadExact(*host, result);
  }
  co_return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return porthole::fuzz::RunSecurity({bytes, size}, Speak);
}
