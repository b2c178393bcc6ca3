#pragma once

#include "base/clock.h"
#include "base/ip_address.h"
#include "base/secret.h"
#include "base/target.h"
#include "base/tunnel.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace porthole::token {

enum class TlsMode : std::uint8_t { kDisable, kPrefer, kRequire };

struct HostTls {
  TlsMode mode = TlsMode::kPrefer;
  std::string server_name;      // empty: the target's host
  std::string host_key_sha256;  // hex of the host's pinned RSA key (RA2); empty: none
};

enum class SharingWish : std::uint8_t { kShared, kExclusive, kTakeover };

struct ClipboardWish {
  bool to_console = true;
  bool from_console = true;
};

// What the token asks to be narrowed; what is absent stays as the node has it.
struct PolicyWish {
  std::optional<bool> view_only;
  std::optional<ClipboardWish> clipboard;
  std::optional<SharingWish> sharing;
  std::optional<std::chrono::seconds> max_duration;
  std::optional<std::chrono::seconds> idle_timeout;
  std::vector<IpPrefix> client_ip;  // empty: any
};

// What a valid token says (design, sections 4.1 and 4.2).
struct Grant {
  std::string key_id;
  std::string token_id;  // jti
  std::string issuer;
  std::string subject;  // empty where a token names nobody, as CloudStack's do
  WallTime issued_at;
  WallTime expires_at;
  std::chrono::seconds used_for{0};  // a use is remembered at least this long from then on
  std::string console_id;
  std::string console_name;
  Target target;
  std::optional<Tunnel> tunnel;  // asked for the target, or for what its path names
  std::string username;
  Secret password;
  HostTls tls;
  PolicyWish policy;
  Secret extra;                      // what the viewer must know beside the token; empty: nothing
  std::vector<std::string> origins;  // whose pages may open this console, beside the node's list
};

}  // namespace porthole::token
