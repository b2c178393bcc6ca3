#pragma once

#include "admission/address_budget.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "net/client_tls.h"
#include "net/proxies.h"
#include "net/reverse_port.h"
#include "net/tls.h"
#include "session/registry.h"
#include "state/embedded_store.h"
#include "state/state_store.h"
#include "telemetry/log.h"

#include <absl/status/statusor.h>

#include <memory>
#include <string>

namespace porthole {

// What the configuration means to the rooms, in their own words.

telemetry::Level LevelOf(config::LogLevel level);
session::Limits LimitsOf(const config::Limits& limits);
admission::AddressLimits AddressLimitsOf(const config::Limits& limits);
net::ReverseSettings ReverseSettingsOf(const config::Reverse& reverse);

// Where the viewer lies: as configured, beside an installed binary, or in the build tree.
std::string ViewerDirectory(const config::Viewer& viewer);

net::MinTls MinVersion(config::TlsVersion version);

// The proxies in front of a listener; null: none.
std::shared_ptr<const net::Proxies> ProxiesOf(const config::Listener& listener);

// Reads what TLS to hosts works with. Errors: as net::ClientTls::Load.
absl::StatusOr<std::shared_ptr<const net::ClientTls>> LoadHostTls(const config::HostTls& tls);

// The store as configured, not loaded yet. `on_change` is called as EmbeddedStore says.
std::unique_ptr<state::StateStore> MakeStore(const config::State& settings,
                                             const Clock& clock,
                                             state::EmbeddedStore::OnChange on_change);

}  // namespace porthole
