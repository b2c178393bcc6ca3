#pragma once

#include "admission/admission.h"
#include "admission/blocks.h"
#include "net/address_policy.h"
#include "net/worker.h"
#include "session/session.h"
#include "telemetry/metrics.h"
#include "tests/support/audit_lines.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/session/fake_host.h"
#include "tests/unit/session/held_store.h"
#include "tests/unit/session/viewer_stream.h"
#include "token/key_ring.h"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace porthole::session {

// One viewer's session, from the browser's side.
struct Viewing {
  std::unique_ptr<testing::MemoryStream> browser;
  std::shared_ptr<ViewerFate> fate = std::make_shared<ViewerFate>();
  ViewerStream* stream = nullptr;  // the session's, while it lives
  bool over = false;
};

// Everything that RunSession() works with, real but for the clock, the store's answers and the
// host, on a loop that the tests turn.
class SessionTest : public ::testing::Test {
 protected:
  SessionTest();
  ~SessionTest() override;

  // A token's payload for the host; `jti` names it.
  boost::json::object Payload(const std::string& jti = "token-1") const;
  static std::string Mint(const boost::json::object& payload);

  // Connects a browser; the session runs when the loop turns.
  std::shared_ptr<Viewing> Connect(const std::string& token);
  std::shared_ptr<Viewing> Connect() { return Connect(Mint(Payload())); }
  // The same, and the browser's part of the handshake.
  std::shared_ptr<Viewing> View(const std::string& token);
  std::shared_ptr<Viewing> View() { return View(Mint(Payload())); }
  static void ShakeHands(Viewing& viewing);

  // Turns the loop until `done`; whether it was within 10 s.
  bool Until(const std::function<bool()>& done);
  bool UntilIn(State state);
  bool UntilOver(const Viewing& viewing) {
    return Until([&viewing] { return viewing.over; });
  }
  // Turns the loop until it has nothing to do at once.
  void Settle() { worker_.Loop().poll(); }

  // The first session of the registry.
  std::shared_ptr<Record> Only() const;
  void Revoke(SelectorKind kind, const std::string& value = {});

  double Gauges() const;  // sessions in any state
  double Admissions(EndReason reason) { return metrics_.admission.Refused(reason).Value(); }
  double Admitted() { return metrics_.admission.admitted.Value(); }
  double Attempts();
  std::size_t Lines(const std::string& event) const;
  // Nothing is left of any session: registry, gauges; and each attempt was counted once.
  void ExpectAllSettled(std::size_t attempts);
  // `viewing` ended for `reason`, everything is given back and written down.
  void ExpectEnded(const Viewing& viewing, EndReason reason, bool opened);

  FakeClock clock_;
  std::ostringstream lines_;
  telemetry::Logger log_;
  AuditLines audit_{clock_};
  telemetry::Metrics metrics_;
  HeldStore store_;
  token::KeyRing keys_;
  admission::BlockList blocks_;
  config::Configuration configuration_;
  std::optional<admission::Admission> admission_;
  SessionRegistry registry_;
  TrafficCounters worker_traffic_;
  bridge::BufferPool buffers_;
  std::optional<net::AddressPolicy> addresses_;
  net::Worker worker_;
  std::optional<net::HostSettings> hosts_;
  net::Resolver resolver_;
  std::optional<net::Dialer> dialer_;
  HandshakeLimits limits_;
  bool reads_text_ = false;                           // whether browsers that connect do
  std::size_t pipe_bytes_ = std::size_t{256} * 1024;  // what a browser takes without reading
  std::optional<Surroundings> around_;
  std::optional<FakeHost> host_;

 private:
  void Prepare();
};

}  // namespace porthole::session
