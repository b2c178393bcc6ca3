#pragma once

#include "base/target.h"
#include "config/configuration.h"
#include "net/client_tls.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace porthole::net {

// What a node has been told of the hosts it speaks to; each session takes what is in force when its
// handshake begins. Thread-safe.
class HostSettings {
 public:
  HostSettings(config::Hosts rules, std::shared_ptr<const ClientTls> tls)
      : rules_(std::make_shared<const config::Hosts>(std::move(rules))), tls_(std::move(tls)) {}

  // From the next session on, for a reload.
  void SetRules(config::Hosts rules);
  void SetTls(std::shared_ptr<const ClientTls> tls);

  // The names of the security types that may be agreed on with the host of `target`, the most
  // wanted first: those of the first rule that speaks of it, else the general ones.
  std::vector<std::string> SecurityFor(const Target& target) const;

  std::shared_ptr<const ClientTls> Tls() const;

 private:
  mutable std::mutex mutex_;  // guards both
  std::shared_ptr<const config::Hosts> rules_;
  std::shared_ptr<const ClientTls> tls_;
};

}  // namespace porthole::net
