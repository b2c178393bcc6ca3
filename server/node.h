#pragma once

#include "admission/address_budget.h"
#include "admission/admission.h"
#include "admission/blocks.h"
#include "admission/durable_keys.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "control/drain.h"
#include "control/server.h"
#include "front/admin_side.h"
#include "front/public_side.h"
#include "front/viewer_files.h"
#include "heartbeat.h"
#include "net/address_policy.h"
#include "net/host_settings.h"
#include "net/listener.h"
#include "net/resolver.h"
#include "net/reverse_port.h"
#include "net/worker.h"
#include "self_test.h"
#include "session/registry.h"
#include "state/state_store.h"
#include "telemetry/audit.h"
#include "telemetry/health.h"
#include "telemetry/line_file.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"
#include "token/key_ring.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace porthole {

// One Porthole process: every object, in the order of the data. Made, opened, run and ended on the
// main thread.
class Node {
 public:
  explicit Node(config::Configuration configuration);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  // Loads what the configuration names, and nothing else: for --check-config.
  // Errors: naming the setting or file.
  static absl::Status Check(const config::Configuration& configuration);

  // Loads, listens and starts to serve. Errors: as Check(), and ports that are taken.
  absl::Status Open();

  // SIGHUP: begins a new audit file, and takes from `fresh`, or from the files that it names, what
  // can change without touching a live session: limits, allow-lists, the control API's callers, and
  // certificates. What is broken changes nothing; the log and porthole_reloads_total say so.
  void OnReload(const absl::StatusOr<config::Configuration>& fresh);

  // Whether every worker's loop answered since the last call, for a watchdog.
  bool LoopsAnswer() { return heartbeat_->Beat(); }

  // Looks whether the certificates' files are others than at the last look, and loads them if so.
  void LookAtCertificates();

  // Ends: not ready, delay, drain, close frames, listeners, control, loops (design, section 9).
  // `wait` waits that long and says whether a second signal came meanwhile; once it has, nothing is
  // waited for any more.
  using Wait = std::function<bool(std::chrono::milliseconds)>;
  void Shutdown(const Wait& wait);

 private:
  // What one worker's connections and sessions work with.
  struct WorkerSide {
    WorkerSide(Node& node, std::size_t index);

    bridge::BufferPool buffers;
    net::Dialer dialer;
    session::Surroundings sessions;
    front::PublicSide front;
  };

  telemetry::AuditSettings AuditSettingsFor(const config::Audit& audit);
  absl::Status OpenAudit();
  void ReopenAudit();
  absl::Status OpenStore();
  absl::Status OpenHosts();
  void OnStoreChanged(const absl::Status& status);
  absl::Status OpenPublic();
  absl::Status OpenAdmin();
  absl::Status OpenReverse();
  absl::Status OpenControl();
  void Serve();
  void BeginSelfTest();
  void LogListening(const char* what, const std::string& address, bool tls);
  std::vector<std::uint16_t> OwnPorts() const;
  void Apply(const config::Configuration& fresh);
  std::string LookOfCertificates() const;
  void ReloadCertificates();
  // One place's new certificate files: what became of them, and what is in force if they are bad.
  struct Tried {
    std::string what;
    absl::Status status;
    std::string otherwise;
  };
  std::vector<Tried> ReloadListeners();
  absl::Status ReloadHostTls();
  // In the metrics, of every certificate that it serves.
  void ShowExpiry(const net::Listener& listener);
  // Of those that were served `before` and are no more.
  void ForgetExpiry(const net::Listener& listener, const net::TlsContext& before);
  void CountReload(telemetry::Reload what, const char* name, const absl::Status& status);
  // Waits until no session is left, for at most `limit`; returns whether a signal cut it.
  bool DrainUntilEmpty(std::chrono::milliseconds limit, const Wait& wait);

  const config::Configuration configuration_;
  // With what was reloaded.
  config::Control control_now_;
  std::vector<config::Listener> listeners_now_;
  config::HostTls host_tls_now_;
  std::string certificates_;  // what their files looked like at the last look
  SystemClock clock_;
  telemetry::Logger log_;
  telemetry::Health health_;
  telemetry::Metrics metrics_;
  std::unique_ptr<telemetry::LineFile> audit_file_;
  telemetry::AuditLog audit_;
  std::unique_ptr<state::StateStore> store_;
  token::KeyRing keys_;
  admission::DurableKeys durable_keys_;
  admission::BlockList blocks_;
  admission::Admission admission_;
  admission::AddressBudget budget_;
  session::SessionRegistry registry_;
  control::Drain drain_;
  std::unique_ptr<front::ViewerFiles> files_;
  std::unique_ptr<net::AddressPolicy> address_policy_;
  std::unique_ptr<net::HostSettings> hosts_;
  std::unique_ptr<front::PublicSettings> public_settings_;
  front::AdminSide admin_side_;
  std::jthread ra2_key_;  // makes it while the node opens
  std::unique_ptr<net::Resolver> resolver_;
  std::unique_ptr<net::ReverseDesk> reverse_desk_;
  std::vector<std::unique_ptr<WorkerSide>> sides_;
  std::unique_ptr<SelfTest> self_test_;
  // Sockets go before the loops they are on, and the loops, with every coroutine on them, before
  // all that the coroutines use: the destructor sees to it.
  std::unique_ptr<net::WorkerPool> workers_;
  std::unique_ptr<net::WorkerPool> admin_worker_;
  std::unique_ptr<Heartbeat> heartbeat_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::unique_ptr<net::Listener> admin_listener_;
  std::unique_ptr<net::ReversePort> reverse_port_;  // null: not configured
  std::unique_ptr<control::ControlServer> control_;
  std::atomic<control::ControlServer*> refreshed_ = nullptr;  // once it serves
};

// The version that the build was given, e.g. "0.1.0".
std::string Version();

}  // namespace porthole
