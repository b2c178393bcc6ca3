// What a host may say in SASL. The first byte of the input tells how the bytes are cut and whether
// PLAIN may be used.

#include "rfb/security/sasl.h"
#include "tests/fuzz/security_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return porthole::fuzz::RunSecurity(
      {bytes, size}, [](std::unique_ptr<porthole::net::ByteStream>& host, std::uint8_t choice) {
        return porthole::rfb::SpeakSasl(*host, porthole::fuzz::Credentials(), (choice & 1U) != 0);
      });
}
