#pragma once

#include "admission/address_budget.h"
#include "admission/admission.h"
#include "admission/blocks.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "front/public_side.h"
#include "front/viewer_files.h"
#include "net/address_policy.h"
#include "net/host_settings.h"
#include "net/http_connection.h"
#include "net/own_dial.h"
#include "net/resolver.h"
#include "net/worker.h"
#include "session/registry.h"
#include "state/memory_store.h"
#include "telemetry/audit.h"
#include "telemetry/health.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "token/key_ring.h"

#include <absl/status/status.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace porthole {

// What the self-test works with; all outlive it.
struct SelfTestParts {
  const config::Configuration& configuration;
  net::WorkerPool& workers;
  net::Worker& home;  // where the viewer and the host that it plays run
  net::Resolver& resolver;
  const front::ViewerFiles& files;
  const Clock& clock;
  telemetry::Logger& log;
  telemetry::Health& health;
  telemetry::NodeMetrics& metrics;
  std::function<void()> on_change;  // after readiness changed; on home's thread
};

// Opens a console through each of the node's own public listeners, at start and again and again:
// as a viewer on this machine, with a token, to a host that answers with a known picture. The
// listener, its TLS, HTTP, WebSocket, admission, dial, both handshakes and the bridge are those of
// every session; what counts, limits and records sessions is a set of the self-test's own, so that
// people, limits, metrics and management servers see nothing of it. Only connections that come from
// where the self-test says that it will come from meet that set, and only a token of a key that
// never leaves this object opens anything there.
class SelfTest {
 public:
  explicit SelfTest(SelfTestParts parts);
  SelfTest(const SelfTest&) = delete;
  SelfTest& operator=(const SelfTest&) = delete;
  ~SelfTest() = default;

  // Begins; once the loops run or before. `listeners` are the public ones.
  void Start(std::vector<net::OwnListener> listeners);

  // Waits until the first round is over, which takes a few seconds at most.
  void AwaitFirst();

  // Whether a connection that a public listener accepted is the self-test's. Thread-safe.
  bool IsOwn(const net::HttpConnection& connection) const;
  // Who serves such a connection on the worker `index`.
  front::PublicSide& SideOf(std::size_t index) { return sides_.at(index)->front; }

 private:
  // What one worker's self-test sessions work with.
  struct Side {
    Side(SelfTest& test, std::size_t index);

    bridge::BufferPool buffers;
    net::Dialer dialer;
    session::Surroundings sessions;
    front::PublicSide front;
  };

  net::Awaitable<void> Run();
  net::Awaitable<absl::Status> Round();
  net::Awaitable<absl::Status> Try(net::OwnListener listener);
  absl::StatusOr<std::string> NewToken(std::uint16_t host_port) const;
  void Expect(const std::string& from);
  void Tell(const absl::Status& status, SteadyTime begun);
  void Done();

  const SelfTestParts parts_;
  std::vector<net::OwnListener> listeners_;

  telemetry::Metrics metrics_;
  telemetry::Health health_;
  telemetry::Logger log_;
  telemetry::AuditLog audit_;
  state::MemoryStore store_;
  token::KeyRing keys_;
  admission::BlockList blocks_;
  net::AddressPolicy policy_;
  net::HostSettings hosts_;
  admission::Admission admission_;
  admission::AddressBudget budget_;
  session::SessionRegistry registry_;
  front::PublicSettings settings_;
  std::vector<std::unique_ptr<Side>> sides_;

  mutable std::mutex mutex_;  // guards the next two
  std::condition_variable first_done_;
  bool done_once_ = false;
  std::string expected_;                 // where the connection that is on its way comes from
  std::atomic<bool> expecting_ = false;  // whether there is one, for everybody else's sake
};

}  // namespace porthole
