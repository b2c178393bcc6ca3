// What an HTTP server may say when it is asked to CONNECT, or for a WebSocket. The first byte of
// the input tells which, and how the bytes are cut.

#include "base/tunnel.h"
#include "net/connect_tunnel.h"
#include "net/http_answer.h"
#include "net/websocket_upgrade.h"
#include "tests/fuzz/dialogue_fuzz.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace {

using porthole::Secret;
using porthole::Tunnel;
using porthole::fuzz::Expect;
using porthole::testing::MemoryStreamPair;

constexpr std::string_view kSecret = "/console?uuid=s3cret";

Tunnel XenServer() {
  Tunnel tunnel = *porthole::ParseTunnelUrl("https://xen-1.example");
  tunnel.path = Secret(std::string(kSecret));
  tunnel.cookie = Secret("session_id=s3cret");
  return tunnel;
}

void CheckParser(std::string_view head) {
  const auto answer = porthole::net::ParseHttpAnswer(head);
  if (answer.ok()) {
    Expect(answer->status >= 100 && answer->status <= 599);
    for (const auto& [name, value] : answer->headers) {
      Expect(!name.empty() && value.find_first_of("\r\n") == std::string::npos);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::span<const std::uint8_t> script = std::span(bytes, size).subspan(1);
  CheckParser({reinterpret_cast<const char*>(script.data()), script.size()});
  boost::asio::io_context context;
  const MemoryStreamPair pair = MemoryStreamPair::Make(context.get_executor());
  pair.near->CutReads(bytes[0] < 2 ? SIZE_MAX : bytes[0] >> 1U);
  pair.far->Push(script);
  pair.far->SendEof();
  absl::Status status;
  if ((bytes[0] & 1U) != 0) {
    status = porthole::testing::RunToEnd(
        context, porthole::net::AskTunnel(*pair.near, XenServer(), "192.0.2.1:5900"));
    // What follows an answer is there for RFB.
    const std::size_t rest = pair.near->Take().size();
    Expect(!status.ok() || rest < script.size());
  } else {
    status = porthole::testing::RunToEnd(
        context, porthole::net::AskUpgrade(*pair.near, "esxi-3", std::string(kSecret)));
    Expect(!status.ok());  // nobody guesses the answer to a random key
  }
  porthole::fuzz::ExpectKept("s3cret", status.ToString(), script);
  return 0;
}
