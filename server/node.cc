#include "node.h"

#include "base/id.h"
#include "base/status.h"
#include "listener_certificates.h"
#include "node_settings.h"
#include "revision.h"
#include "rfb/security/ra2.h"

#include <string_view>
#include <utility>

#ifndef PORTHOLE_VERSION
#error "the build gives PORTHOLE_VERSION"
#endif

namespace porthole {
namespace {

using std::chrono::milliseconds;
using telemetry::Condition;
using telemetry::Level;

// A close frame, then the viewers' FINs, with something to spare.
constexpr milliseconds kSpare{1000};
constexpr milliseconds kControlLimit{1000};
constexpr milliseconds kLook{20};  // how often an ending node looks whether all sessions are gone

// Token times are whole seconds: a token made in the second in which the node started is new.
WallTime WholeSeconds(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time);
}

}  // namespace

std::string Version() {
  return PORTHOLE_VERSION;
}

Node::WorkerSide::WorkerSide(Node& node, std::size_t index)
    : dialer({.worker = node.workers_->At(index),
              .policy = *node.address_policy_,
              .resolver = *node.resolver_,
              .timeouts = node.configuration_.timeouts,
              .tls = [hosts = node.hosts_.get()] { return hosts->Tls(); },
              .reverse = node.reverse_port_ == nullptr ? nullptr : node.reverse_desk_.get(),
              .reverse_wait = node.configuration_.reverse.value_or(config::Reverse()).wait}),
      sessions{.registry = node.registry_,
               .admission = node.admission_,
               .dialer = dialer,
               .hosts = *node.hosts_,
               .timers = node.workers_->At(index).Clockwork(),
               .buffers = buffers,
               .worker_traffic = node.metrics_.traffic.Worker(index),
               .metrics = node.metrics_.session,
               .admissions = node.metrics_.admission,
               .connections = node.metrics_.front,
               .log = node.log_,
               .audit = node.audit_,
               .clock = node.clock_,
               .limits = {.host = node.configuration_.timeouts.host_handshake,
                          .viewer = node.configuration_.timeouts.viewer_handshake}},
      front(*node.public_settings_, sessions) {}

Node::Node(config::Configuration configuration)
    : configuration_(std::move(configuration)),
      control_now_(configuration_.control),
      listeners_now_(configuration_.listeners),
      host_tls_now_(configuration_.hosts.tls),
      log_(LevelOf(configuration_.log.level), clock_),
      metrics_({.version = PORTHOLE_VERSION, .revision = kRevision}, configuration_.workers),
      audit_(AuditSettingsFor(configuration_.audit), clock_, metrics_.node.audit_lost, health_),
      store_(MakeStore(configuration_.state,
                       clock_,
                       [this](const absl::Status& status) { OnStoreChanged(status); })),
      durable_keys_(keys_, *store_),
      blocks_(*store_),
      admission_(configuration_,
                 {.keys = keys_,
                  .blocks = blocks_,
                  .store = *store_,
                  .clock = clock_,
                  .target_check =
                      [this](const Target& target) { return address_policy_->CheckTarget(target); },
                  .process_started = WholeSeconds(clock_.Wall())}),
      budget_(AddressLimitsOf(configuration_.limits), clock_),
      registry_(LimitsOf(configuration_.limits)),
      drain_({.clock = clock_,
              .admission = admission_,
              .sessions = registry_,
              .health = health_,
              .metrics = metrics_.node},
             [this] {
               if (control_ != nullptr) {
                 control_->RefreshHealth();
               }
             }),
      admin_side_(metrics_, health_),
      resolver_(std::make_unique<net::Resolver>()),
      reverse_desk_(std::make_unique<net::ReverseDesk>()),
      workers_(std::make_unique<net::WorkerPool>(configuration_.workers)),
      admin_worker_(std::make_unique<net::WorkerPool>(1)),
      heartbeat_(std::make_unique<Heartbeat>(
          std::vector<net::WorkerPool*>{workers_.get(), admin_worker_.get()})) {}

Node::~Node() {
  if (control_ != nullptr) {
    control_->Shutdown(milliseconds(0));
  }
  workers_->Stop();
  admin_worker_->Stop();
  // Its thread answers control calls and sessions, and tells of itself: it goes before all of them.
  store_.reset();
  resolver_.reset();  // these two answer on the workers
  reverse_desk_.reset();
  reverse_port_.reset();
  listeners_.clear();
  admin_listener_.reset();
  workers_.reset();
  admin_worker_.reset();
}

absl::Status Node::Check(const config::Configuration& configuration) {
  for (const config::Listener& listener : configuration.listeners) {
    if (const auto tls = LoadTls(listener); !tls.ok()) {
      return tls.status();
    }
  }
  if (const auto tls = LoadHostTls(configuration.hosts.tls); !tls.ok()) {
    return tls.status();
  }
  return front::ViewerFiles::Load(ViewerDirectory(configuration.viewer)).status();
}

absl::Status Node::Open() {
  ra2_key_ = rfb::PrepareRa2();
  certificates_ = LookOfCertificates();  // before they are read: what changes meanwhile is seen
  absl::StatusOr<front::ViewerFiles> files =
      front::ViewerFiles::Load(ViewerDirectory(configuration_.viewer));
  if (!files.ok()) {
    return files.status();
  }
  files_ = std::make_unique<front::ViewerFiles>(*std::move(files));
  for (const auto& open : {&Node::OpenAudit, &Node::OpenStore, &Node::OpenHosts, &Node::OpenPublic,
                           &Node::OpenAdmin, &Node::OpenReverse, &Node::OpenControl}) {
    if (const absl::Status opened = (this->*open)(); !opened.ok()) {
      return opened;
    }
  }
  Serve();
  return absl::OkStatus();
}

// Its functions run once there is a record or a SIGHUP, and so after OpenAudit().
telemetry::AuditSettings Node::AuditSettingsFor(const config::Audit& audit) {
  return {.write = [this](std::string_view line) { return audit_file_->Append(line); },
          .reopen = [this] { ReopenAudit(); },
          .hurry =
              [this] {
                if (audit_file_ != nullptr) {
                  audit_file_->Hurry();
                }
              },
          .queue = audit.queue,
          .on_loss = audit.on_loss == config::OnAuditLoss::kRefuse ? telemetry::OnLoss::kRefuse
                                                                   : telemetry::OnLoss::kCount};
}

absl::Status Node::OpenAudit() {
  if (configuration_.audit.file.empty()) {
    audit_file_ = telemetry::LineFile::StandardOutput();
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<telemetry::LineFile>> file =
      telemetry::LineFile::Open(configuration_.audit.file);
  if (!file.ok()) {
    return file.status();
  }
  audit_file_ = *std::move(file);
  return absl::OkStatus();
}

// On the audit log's thread.
void Node::ReopenAudit() {
  const absl::Status reopened = audit_file_->Reopen();
  if (reopened.ok()) {
    log_.Log(Level::kInfo, "audit_reopened", {{"file", configuration_.audit.file}});
  } else {
    log_.Log(Level::kError, "audit_reopen_failed", {{"detail", Message(reopened)}});
  }
}

absl::Status Node::OpenStore() {
  const absl::StatusOr<state::Remembered> remembered = store_->Load();
  if (!remembered.ok()) {
    return remembered.status();
  }
  if (absl::Status restored = durable_keys_.Restore(remembered->keys); !restored.ok()) {
    return restored;
  }
  blocks_.Restore(remembered->blocks, clock_.Wall());
  health_.Set(Condition::kTokenKeys, keys_.Size() > 0);
  return absl::OkStatus();
}

absl::Status Node::OpenHosts() {
  absl::StatusOr<std::shared_ptr<const net::ClientTls>> tls = LoadHostTls(host_tls_now_);
  if (!tls.ok()) {
    return tls.status();
  }
  hosts_ = std::make_unique<net::HostSettings>(configuration_.hosts, *std::move(tls));
  return absl::OkStatus();
}

// On the store's thread.
void Node::OnStoreChanged(const absl::Status& status) {
  if (status.ok()) {
    log_.Log(Level::kInfo, "store_works_again");
  } else {
    log_.Log(Level::kError, "store_failed", {{"detail", Message(status)}});
  }
  health_.Set(Condition::kStore, status.ok());
  if (control::ControlServer* const control = refreshed_.load(); control != nullptr) {
    control->RefreshHealth();
  }
}

absl::Status Node::OpenPublic() {
  for (const config::Listener& listener : configuration_.listeners) {
    const auto tls = LoadTls(listener);
    if (!tls.ok()) {
      return tls.status();
    }
    absl::StatusOr<std::unique_ptr<net::Listener>> opened =
        net::Listener::Open({.address = listener.address,
                             .port = listener.port,
                             .tls = *tls,
                             .proxies = ProxiesOf(listener)},
                            *workers_, workers_->Size(), configuration_.timeouts);
    if (!opened.ok()) {
      return opened.status();
    }
    if (*tls != nullptr) {
      ShowExpiry(**opened);
    }
    listeners_.push_back(*std::move(opened));
  }
  return absl::OkStatus();
}

absl::Status Node::OpenAdmin() {
  absl::StatusOr<std::unique_ptr<net::Listener>> opened = net::Listener::Open(
      {.address = configuration_.admin.address, .port = configuration_.admin.port}, *admin_worker_,
      1, configuration_.timeouts);
  if (!opened.ok()) {
    return opened.status();
  }
  admin_listener_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Node::OpenReverse() {
  if (!configuration_.reverse.has_value()) {
    return absl::OkStatus();
  }
  net::ReverseSettings settings = ReverseSettingsOf(*configuration_.reverse);
  // One line a second at most: whoever may dial in must not fill the log.
  settings.refused = [this, next = SteadyTime(), left_out = std::uint64_t{0}](
                         const IpAddress& from, const char* why) mutable {
    const SteadyTime now = clock_.Steady();
    if (now < next) {
      ++left_out;
      return;
    }
    next = now + std::chrono::seconds(1);
    log_.Log(
        Level::kWarning, "reverse_refused",
        {{"client", from.ToString()}, {"detail", why}, {"left_out", std::exchange(left_out, 0)}});
  };
  absl::StatusOr<std::unique_ptr<net::ReversePort>> opened =
      net::ReversePort::Open(std::move(settings), admin_worker_->At(0), *reverse_desk_);
  if (!opened.ok()) {
    return opened.status();
  }
  reverse_port_ = *std::move(opened);
  return absl::OkStatus();
}

absl::Status Node::OpenControl() {
  const config::Tokens& tokens = configuration_.tokens;
  control_ = std::make_unique<control::ControlServer>(
      configuration_.control,
      control::Surroundings{.clock = clock_,
                            .log = log_,
                            .audit = audit_,
                            .metrics = metrics_.control,
                            .health = health_,
                            .keys = keys_,
                            .durable_keys = durable_keys_,
                            .blocks = blocks_,
                            .drain = drain_,
                            .admission = admission_,
                            .sessions = registry_,
                            .store = *store_,
                            .node = {.node_id = configuration_.node_id,
                                     .boot_id = NewUuid(),
                                     .version = PORTHOLE_VERSION,
                                     .started = clock_.Wall(),
                                     .started_steady = clock_.Steady()},
                            .token_life = tokens.max_lifetime + 2 * tokens.clock_skew});
  const absl::StatusOr<std::vector<control::ControlAddress>> addresses = control_->Start();
  if (!addresses.ok()) {
    return addresses.status();
  }
  refreshed_ = control_.get();
  for (const control::ControlAddress& address : *addresses) {
    LogListening("control", address.address, address.tls);
  }
  return absl::OkStatus();
}

std::vector<std::uint16_t> Node::OwnPorts() const {
  std::vector<std::uint16_t> ports = {admin_listener_->Port()};
  for (const std::unique_ptr<net::Listener>& listener : listeners_) {
    ports.push_back(listener->Port());
  }
  if (reverse_port_ != nullptr) {
    ports.push_back(reverse_port_->Port());
  }
  if (control_->TcpPort() != 0) {
    ports.push_back(control_->TcpPort());
  }
  return ports;
}

bool Node::DrainUntilEmpty(milliseconds limit, const Wait& wait) {
  const SteadyTime until = clock_.Steady() + limit;
  while (registry_.Size() > 0 && clock_.Steady() < until) {
    if (wait(kLook)) {
      return true;
    }
  }
  return false;
}

void Node::Shutdown(const Wait& wait) {
  log_.Log(Level::kInfo, "stopping", {{"sessions", registry_.Size()}});
  drain_.Close();
  bool cut = configuration_.shutdown.delay > milliseconds(0) && wait(configuration_.shutdown.delay);
  drain_.Begin(configuration_.shutdown.grace, {});
  cut = cut || DrainUntilEmpty(configuration_.shutdown.grace, wait);
  registry_.End(Selector{.kind = SelectorKind::kAll, .value = {}, .addresses = {}},
                EndReason::kDraining, std::string(Sentence(EndReason::kDraining)));
  const config::Timeouts& timeouts = configuration_.timeouts;
  cut = cut || DrainUntilEmpty(timeouts.close_write + 2 * timeouts.close_read + kSpare, wait);
  for (const std::unique_ptr<net::Listener>& listener : listeners_) {
    listener->Close();
  }
  if (reverse_port_ != nullptr) {
    reverse_port_->Close();
  }
  control_->Shutdown(cut ? milliseconds(0) : kControlLimit);
  workers_->Stop();
  admin_worker_->Stop();
  log_.Log(Level::kInfo, "stopped", {{"sessions_cut", registry_.Size()}});
}

}  // namespace porthole
