// What a host may say in ARD (the first byte of the input is even) and MSLogonII (it is odd).

#include "rfb/security/ard.h"
#include "rfb/security/ms_logon.h"
#include "tests/fuzz/security_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return porthole::fuzz::RunSecurity(
      {bytes, size}, [](std::unique_ptr<porthole::net::ByteStream>& host, std::uint8_t choice) {
        const porthole::rfb::HostCredentials& credentials = porthole::fuzz::Credentials();
        return (choice & 1U) == 0 ? porthole::rfb::SpeakArd(*host, credentials)
                                  : porthole::rfb::SpeakMsLogon(*host, credentials);
      });
}
