#include "base/status.h"
#include "listener_certificates.h"
#include "net/tls_certificate.h"
#include "node.h"
#include "node_settings.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

// What a running node takes from a changed configuration or certificate file.

namespace porthole {
namespace {

using telemetry::Level;

// What tells a file from another of the same name: it follows links, so that the switch of one
// counts.
std::string LookOf(const std::string& file) {
  struct stat facts{};
  if (file.empty() || ::stat(file.c_str(), &facts) != 0) {
    return "none ";
  }
  return std::to_string(facts.st_ino) + "." + std::to_string(facts.st_size) + "." +
         std::to_string(facts.st_mtim.tv_sec) + "." + std::to_string(facts.st_mtim.tv_nsec) + " ";
}

std::string LookOf(const config::Control& control) {
  return control.tcp.has_value()
             ? LookOf(control.tcp->certificate_file) + LookOf(control.tcp->private_key_file) +
                   LookOf(control.tcp->client_ca_file)
             : std::string();
}

std::string LookOf(const std::vector<config::Listener>& listeners) {
  std::string look;
  for (const config::Listener& listener : listeners) {
    if (listener.tls.has_value()) {
      for (const config::CertificateFiles& files : CertificatesOf(*listener.tls)) {
        look += LookOf(files.certificate_file) + LookOf(files.private_key_file);
      }
    }
  }
  return look;
}

// Of a directory also what is in it: its own time changes when a file comes, goes or is renamed.
std::string LookOf(const config::HostTls& tls) {
  std::string look = LookOf(tls.ca_file) + LookOf(tls.certificate_file) +
                     LookOf(tls.private_key_file) + LookOf(tls.ca_directory);
  std::vector<std::string> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(tls.ca_directory, error), end; !error && at != end;
       at.increment(error)) {
    files.push_back(at->path().string());
  }
  std::ranges::sort(files);
  for (const std::string& file : files) {
    look += LookOf(file);
  }
  return look;
}

bool SamePlace(const config::Listener& one, const config::Listener& other) {
  return one.address == other.address && one.port == other.port;
}

}  // namespace

void Node::OnReload(const absl::StatusOr<config::Configuration>& fresh) {
  audit_.Reopen();
  CountReload(telemetry::Reload::kConfiguration, "configuration", fresh.status());
  if (fresh.ok()) {
    Apply(*fresh);
  }
  ReloadCertificates();
}

void Node::Apply(const config::Configuration& fresh) {
  registry_.SetLimits(LimitsOf(fresh.limits));
  budget_.SetLimits(AddressLimitsOf(fresh.limits));
  public_settings_->max_connections = fresh.limits.connections;
  address_policy_->SetRules(fresh.targets);
  admission_.SetAllowed(fresh);
  control_now_ = fresh.control;
  hosts_->SetRules(fresh.hosts);
  host_tls_now_ = fresh.hosts.tls;
  for (std::size_t i = 0; i < std::min(listeners_now_.size(), fresh.listeners.size()); ++i) {
    // At another place in the list it is another listener, with another certificate.
    if (SamePlace(listeners_now_[i], fresh.listeners[i])) {
      listeners_now_[i] = fresh.listeners[i];
    }
  }
  config::Configuration wanted = fresh;  // but for what was taken over just now
  for (std::size_t i = 0; i < std::min(wanted.listeners.size(), listeners_now_.size()); ++i) {
    const config::Listener& first = configuration_.listeners[i];
    if (SamePlace(wanted.listeners[i], first) && wanted.listeners[i].tls && first.tls) {
      wanted.listeners[i].tls = first.tls;
    }
  }
  wanted.limits = configuration_.limits;
  wanted.targets = configuration_.targets;
  wanted.viewer.origins = configuration_.viewer.origins;
  wanted.control.callers = configuration_.control.callers;
  wanted.hosts = configuration_.hosts;
  if (wanted != configuration_) {
    log_.Log(Level::kWarning, "restart_needed",
             {{"detail",
               "the file says more than a reload can change: limits, targets, hosts, "
               "viewer.origins, control.callers and certificates"}});
  }
}

std::string Node::LookOfCertificates() const {
  return LookOf(control_now_) + LookOf(listeners_now_) + LookOf(host_tls_now_);
}

void Node::LookAtCertificates() {
  if (LookOfCertificates() != certificates_) {
    ReloadCertificates();
  }
}

// The look is taken first: what changes while the files are read is seen the next time.
void Node::ReloadCertificates() {
  certificates_ = LookOfCertificates();
  std::vector<Tried> tried = ReloadListeners();
  tried.push_back({"control", control_->Reload(control_now_), "what was there is still served"});
  tried.push_back({"hosts", ReloadHostTls(), "what was there is still in force"});
  absl::Status first;
  std::vector<std::string> warnings;
  for (const Tried& one : tried) {
    first.Update(one.status);
    if (!one.status.ok()) {
      warnings.push_back("certificates: " + one.what +
                         ": new files refused: " + Message(one.status) + "; " + one.otherwise);
    }
  }
  health_.SetWarnings(std::move(warnings));
  CountReload(telemetry::Reload::kCertificate, "certificate", first);
}

// Each certificate for itself: one that is broken keeps what it had.
std::vector<Node::Tried> Node::ReloadListeners() {
  std::vector<Tried> tried;
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    net::Listener& listener = *listeners_[i];
    const std::optional<config::ListenerTls>& wanted = listeners_now_[i].tls;
    if (!listener.Secure() || !wanted.has_value()) {
      continue;
    }
    const std::string what = "listener " + listener.Address();
    absl::StatusOr<ReloadedTls> reloaded = ReloadTls(*wanted, *listener.Tls());
    if (!reloaded.ok()) {
      tried.push_back({what, reloaded.status(), "what was there is still served"});
      continue;
    }
    const std::shared_ptr<const net::TlsContext> before = listener.Tls();
    listener.SetTls(reloaded->tls);
    ShowExpiry(listener);
    ForgetExpiry(listener, *before);
    for (TriedCertificate& one : reloaded->tried) {
      tried.push_back({what, std::move(one.status), std::move(one.otherwise)});
    }
  }
  return tried;
}

absl::Status Node::ReloadHostTls() {
  const auto tls = LoadHostTls(host_tls_now_);
  if (tls.ok()) {
    hosts_->SetTls(*tls);
  }
  return tls.status();
}

void Node::ShowExpiry(const net::Listener& listener) {
  for (const auto& certificate : listener.Tls()->Certificates()) {
    const std::chrono::duration<double> expiry = certificate->Expiry().time_since_epoch();
    metrics_.front.CertificateExpiry(listener.Address(), certificate->File()).Set(expiry.count());
  }
}

void Node::ForgetExpiry(const net::Listener& listener, const net::TlsContext& before) {
  const net::TlsCertificates& now = listener.Tls()->Certificates();
  for (const auto& certificate : before.Certificates()) {
    const bool stays = std::ranges::any_of(
        now, [&](const auto& one) { return one->File() == certificate->File(); });
    if (!stays) {
      metrics_.front.ForgetCertificate(listener.Address(), certificate->File());
    }
  }
}

void Node::CountReload(telemetry::Reload what, const char* name, const absl::Status& status) {
  metrics_.node.Reloads(what, status.ok()).Increment();
  log_.Log(status.ok() ? Level::kInfo : Level::kWarning, "reloaded",
           {{"what", name}, {"ok", status.ok()}, {"detail", Message(status)}});
}

}  // namespace porthole
