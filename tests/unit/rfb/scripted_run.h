#pragma once

#include "rfb/host_dialogue.h"
#include "tests/support/fake_tls.h"
#include "tests/support/run_until_idle.h"
#include "tests/support/scripted_host.h"
#include "tests/unit/rfb/host_dialogue_run.h"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace porthole::rfb {

// What the token and the configuration say in a test.
struct Terms {
  std::string username = "alice";
  std::string password{kPassword};
  std::vector<std::string> enabled = EnabledByDefault();
  TlsDemand tls = TlsDemand::kPrefer;
  std::string host_key_sha256;
  bool in_verified_tls = false;
  absl::Status tls_result;  // of every TLS handshake
};

// What came of a dialogue with a scripted host.
struct ScriptedRun {
  bool waits = true;
  absl::StatusOr<HostGreeting> result = absl::UnknownError("the dialogue waits for more");
  std::string heard;         // by the host
  std::string unread;        // of what it said
  std::vector<TlsKind> tls;  // the handshakes
};

inline ScriptedRun Meet(const testing::Script& script,
                        const Terms& terms = {},
                        testing::Fault fault = {}) {
  boost::asio::io_context context;
  testing::MemoryStreamPair pair = testing::MemoryStreamPair::Make(context.get_executor());
  testing::MemoryStream& near = *pair.near;
  std::unique_ptr<net::ByteStream> stream = std::move(pair.near);
  testing::ScriptedHost host(*pair.far, script, fault);
  testing::FakeTls tls(terms.tls_result);
  const HostAccess access{
      .credentials = {.username = terms.username, .password = Secret(terms.password)},
      .rules = {.enabled = terms.enabled,
                .tls = terms.tls,
                .host_key_sha256 = terms.host_key_sha256,
                .in_verified_tls = terms.in_verified_tls},
      .tls = tls};
  boost::asio::co_spawn(context, host.Play(), boost::asio::detached);
  ScriptedRun run;
  if (auto result = testing::RunUntilIdle(context, GreetHost(stream, access))) {
    run.waits = false;
    run.result = *std::move(result);
  }
  run.heard = host.Heard() + testing::AsString(pair.far->Take());
  run.unread = testing::AsString(near.Take());
  run.tls = tls.Started();
  return run;
}

// The beginning of a dialogue in `version` (as "RFB 003.008\n"), with these types offered.
inline testing::Script Offering(const std::string& version, const std::string& types) {
  return {testing::Says(version), testing::Hears(version),
          testing::Says(testing::U8(static_cast<std::uint8_t>(types.size())) + types)};
}
inline testing::Script Offering(const std::string& types) {
  return Offering("RFB 003.008\n", types);
}

// A script, and what follows it.
inline testing::Script Then(testing::Script script, const testing::Script& rest) {
  script.insert(script.end(), rest.begin(), rest.end());
  return script;
}

}  // namespace porthole::rfb
