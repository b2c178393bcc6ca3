#pragma once

#include "base/descriptor.h"
#include "base/ip_address.h"
#include "base/target.h"
#include "base/tunnel.h"
#include "config/configuration.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace porthole::net {

// A unix socket that was judged.
struct UnixSocket {
  std::string path;   // what to connect to while `opened` lives
  Descriptor opened;  // O_PATH: nothing can be read or written through it
};

// Which hosts may be dialled, and from where: what stands between a token and the node's own
// network (server-side request forgery). Thread-safe.
//
// Denied whatever the rules say: loopback, unspecified, link-local, multicast and broadcast, cloud
// metadata services (unless the configuration takes a prefix out of these with `allow_denied`), and
// the node's own listeners. Then the configuration's deny rules, then its allow rules.
class AddressPolicy {
 public:
  // `own_ports`: the ports that this node listens on; they are denied on every address that is the
  // node's own.
  AddressPolicy(config::Targets rules, std::vector<std::uint16_t> own_ports);

  // The rules from now on, for a reload; the node's own listeners stay denied.
  void SetRules(config::Targets rules);

  // Judges what the target says by itself: scheme, literal address, rules on names, unix path. A
  // name that passes is judged again by CheckAddress(), address by address.
  // Errors: PERMISSION_DENIED, saying which rule.
  absl::Status CheckTarget(const Target& target) const;

  // Judges one address that the target's host resolved to.
  absl::Status CheckAddress(const Target& target, const IpAddress& address) const;

  // Opens the socket of a unix target, which must lie below the configured directory once its
  // symbolic links are followed. Errors: PERMISSION_DENIED, also where there is none.
  absl::StatusOr<UnixSocket> OpenUnixSocket(const std::string& path) const;

  // The address that `address` of this target is dialled from; nothing leaves it to the system.
  std::optional<IpAddress> SourceFor(const Target& target, const IpAddress& address) const;

  // The web proxy that the target is reached through; nothing: none.
  std::optional<Tunnel> ProxyFor(const Target& target) const;

 private:
  using Rules = std::shared_ptr<const config::Targets>;

  Rules Current() const;
  bool IsOwnListener(const IpAddress& address, std::uint16_t port) const;

  mutable std::mutex mutex_;  // guards rules_
  Rules rules_;
  std::vector<std::uint16_t> own_ports_;
  std::vector<IpAddress> own_addresses_;
};

}  // namespace porthole::net
