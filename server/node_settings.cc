#include "node_settings.h"

#include "state/memory_store.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

namespace porthole {

namespace fs = std::filesystem;

telemetry::Level LevelOf(config::LogLevel level) {
  return static_cast<telemetry::Level>(level);
}

session::Limits LimitsOf(const config::Limits& limits) {
  return {.sessions = limits.sessions,
          .per_console = limits.sessions_per_console,
          .per_subject = limits.sessions_per_subject,
          .per_address = limits.sessions_per_address};
}

admission::AddressLimits AddressLimitsOf(const config::Limits& limits) {
  return {.connections = limits.connections_per_address,
          .attempts_burst = limits.attempts_per_address_burst,
          .attempts_per_minute = limits.attempts_per_address_per_minute};
}

net::ReverseSettings ReverseSettingsOf(const config::Reverse& reverse) {
  net::ReverseSettings settings;
  settings.address = reverse.address;
  settings.port = reverse.port;
  settings.sources = reverse.sources;
  settings.without_id = reverse.without_id;
  settings.connections_per_address = reverse.connections_per_address;
  return settings;
}

std::string ViewerDirectory(const config::Viewer& viewer) {
  if (!viewer.directory.empty()) {
    return viewer.directory;
  }
  std::error_code error;
  const fs::path binary = fs::read_symlink("/proc/self/exe", error).parent_path();
  const std::array<fs::path, 2> candidates = {binary / "../share/porthole/viewer",
                                              binary / "../viewer"};
  const auto* const found = std::ranges::find_if(
      candidates, [&error](const fs::path& path) { return fs::exists(path, error); });
  return (found == candidates.end() ? candidates.front() : *found).lexically_normal().string();
}

net::MinTls MinVersion(config::TlsVersion version) {
  return version == config::TlsVersion::kTls13 ? net::MinTls::kTls13 : net::MinTls::kTls12;
}

std::shared_ptr<const net::Proxies> ProxiesOf(const config::Listener& listener) {
  return listener.proxies.has_value() ? std::make_shared<const net::Proxies>(*listener.proxies)
                                      : nullptr;
}

absl::StatusOr<std::shared_ptr<const net::ClientTls>> LoadHostTls(const config::HostTls& tls) {
  return net::ClientTls::Load({.ca_file = tls.ca_file,
                               .ca_directory = tls.ca_directory,
                               .certificate_file = tls.certificate_file,
                               .private_key_file = tls.private_key_file,
                               .min_version = MinVersion(tls.min_version)});
}

std::unique_ptr<state::StateStore> MakeStore(const config::State& settings,
                                             const Clock& clock,
                                             state::EmbeddedStore::OnChange on_change) {
  if (settings.store == config::StoreKind::kMemory) {
    return std::make_unique<state::MemoryStore>();
  }
  return std::make_unique<state::EmbeddedStore>(
      state::StatePlaces{
          .directory = settings.state_dir, .key_file = settings.key_encryption_key_file, .vfs = ""},
      clock, std::move(on_change));
}

}  // namespace porthole
