#pragma once

#include "base/ip_address.h"
#include "base/target.h"
#include "base/tunnel.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace porthole::config {

// The validated configuration: plain values, immutable once loaded. The schema that people write
// is proto/porthole/config/v1/config.proto; every default below is the schema's documented one.

enum class TlsVersion : std::uint8_t { kTls12, kTls13 };

struct CertificateFiles {
  std::string certificate_file;  // PEM, leaf first
  std::string private_key_file;  // PEM

  friend bool operator==(const CertificateFiles&, const CertificateFiles&) = default;
};

struct ListenerTls {
  std::string certificate_file;
  std::string private_key_file;
  TlsVersion min_version = TlsVersion::kTls12;
  std::vector<CertificateFiles> more_certificates;  // by the names in them; else the one above

  friend bool operator==(const ListenerTls&, const ListenerTls&) = default;
};

// Headers that name a client.
enum class ClientHeader : std::uint8_t { kNone, kXForwardedFor, kForwarded };

// The proxies in front of a listener.
struct ListenerProxies {
  std::vector<IpPrefix> trusted;
  bool proxy_protocol = false;
  ClientHeader client_header = ClientHeader::kXForwardedFor;

  friend bool operator==(const ListenerProxies&, const ListenerProxies&) = default;
};

// A public listener. Port 0 lets the system choose; the log line "listening" says which. In the
// file, a listener with TLS has 8443 by default.
struct Listener {
  IpAddress address = IpAddress::V4({127, 0, 0, 1});
  std::uint16_t port = 8080;
  std::optional<ListenerTls> tls;
  std::optional<ListenerProxies> proxies;

  friend bool operator==(const Listener&, const Listener&) = default;
};

enum class Role : std::uint8_t { kAdmin, kOperator, kViewer };

struct ControlTcp {
  IpAddress address = IpAddress::V4({127, 0, 0, 1});
  std::uint16_t port = 9443;
  // All three or, with `plaintext`, none.
  std::string certificate_file;
  std::string private_key_file;
  std::string client_ca_file;
  bool plaintext = false;  // only on a loopback address
  Role plaintext_role = Role::kAdmin;

  friend bool operator==(const ControlTcp&, const ControlTcp&) = default;
};

struct ControlUnix {
  std::string path = "/run/porthole/control.sock";
  Role role = Role::kAdmin;
  std::string group;  // name; empty: only the process' own user may connect

  friend bool operator==(const ControlUnix&, const ControlUnix&) = default;
};

// Which certificate names have which role: "uri:…", "dns:…" or "cn:…", compared exactly.
struct Caller {
  std::string name;
  Role role = Role::kViewer;

  friend bool operator==(const Caller&, const Caller&) = default;
};

struct Control {
  std::optional<ControlTcp> tcp;
  std::optional<ControlUnix> unix_socket = ControlUnix{};  // none: an empty path in the file
  std::vector<Caller> callers;

  friend bool operator==(const Control&, const Control&) = default;
};

struct Admin {
  IpAddress address = IpAddress::V4({127, 0, 0, 1});
  std::uint16_t port = 9091;

  friend bool operator==(const Admin&, const Admin&) = default;
};

struct Viewer {
  std::string directory;                     // empty: beside the installed binary
  std::vector<std::string> frame_ancestors;  // CSP sources; empty: 'none'
  std::vector<std::string> origins;          // beyond the listener's own: "https://cloud.example"
  std::string path_prefix;                   // "/vnc"; empty: none

  friend bool operator==(const Viewer&, const Viewer&) = default;
};

struct Tokens {
  std::string audience = "porthole";
  std::vector<std::string> issuers;  // empty: any
  std::chrono::seconds max_lifetime{600};
  std::chrono::seconds clock_skew{30};

  friend bool operator==(const Tokens&, const Tokens&) = default;
};

// Which hosts may be dialled. A rule matches when its scheme, its address or name, and its port do.
struct TargetRule {
  std::vector<TargetScheme> schemes;  // empty: every enabled scheme
  std::optional<IpPrefix> prefix;     // or
  std::string name;                   // lower-case; "*.example" for every name below example
  std::uint16_t first_port = 1;
  std::uint16_t last_port = 65535;

  friend bool operator==(const TargetRule&, const TargetRule&) = default;
};

// The node's own address that hosts are dialled from.
struct TargetSource {
  TargetRule to;
  std::optional<IpAddress> ipv4;  // none: the system's choice
  std::optional<IpAddress> ipv6;

  friend bool operator==(const TargetSource&, const TargetSource&) = default;
};

// A web proxy that hosts are reached through.
struct TargetProxy {
  TargetRule to;
  Tunnel tunnel;

  friend bool operator==(const TargetProxy&, const TargetProxy&) = default;
};

struct Targets {
  std::vector<TargetRule> allow;  // empty: everything that is not denied
  std::vector<TargetRule> deny;
  std::vector<IpPrefix> allow_denied;  // taken out of the addresses denied by default
  std::string unix_directory;          // empty: unix targets are refused
  std::vector<TargetScheme> schemes = {TargetScheme::kTcp, TargetScheme::kUnix, TargetScheme::kWs,
                                       TargetScheme::kWss};
  std::vector<TargetSource> sources;  // the first that matches counts
  std::vector<TargetProxy> proxies;   // the first that matches counts

  friend bool operator==(const Targets&, const Targets&) = default;
};

enum class Sharing : std::uint8_t { kShared, kExclusive, kTakeover };
enum class TakeoverBy : std::uint8_t { kSameSubject, kAny };

struct Clipboard {
  bool to_console = true;
  bool from_console = true;

  friend bool operator==(const Clipboard&, const Clipboard&) = default;
};

// What a session may do where its token does not narrow it.
struct Policy {
  bool view_only = false;
  Clipboard clipboard;
  std::vector<Sharing> sharing = {Sharing::kShared, Sharing::kExclusive, Sharing::kTakeover};
  Sharing default_sharing = Sharing::kShared;
  TakeoverBy takeover_by = TakeoverBy::kSameSubject;
  bool takeover_before_dial = false;  // for hosts that take one connection
  std::chrono::seconds max_duration{28800};
  std::chrono::seconds idle_timeout{1800};

  friend bool operator==(const Policy&, const Policy&) = default;
};

// 0 never means "without a limit"; every limit has a number.
struct Limits {
  std::size_t sessions = 9000;
  std::size_t sessions_per_console = 16;
  std::size_t sessions_per_subject = 64;
  std::size_t sessions_per_address = 256;
  std::size_t connections = 12000;
  std::size_t connections_per_address = 512;
  // Admission attempts: how many at once after a quiet time, and how many a minute steadily.
  std::size_t attempts_per_address_burst = 120;
  std::size_t attempts_per_address_per_minute = 600;

  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Timeouts {
  std::chrono::milliseconds tls_handshake{10000};
  std::chrono::milliseconds http_header{10000};
  std::chrono::milliseconds http_idle{30000};  // between requests of one connection
  std::chrono::milliseconds dial{10000};
  std::chrono::milliseconds host_handshake{15000};
  std::chrono::milliseconds viewer_handshake{15000};
  std::chrono::milliseconds ping_after{20000};
  std::chrono::milliseconds viewer_dead_after{60000};
  std::chrono::milliseconds close_write{1000};
  std::chrono::milliseconds close_read{2000};

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

enum class StoreKind : std::uint8_t { kMemory, kEmbedded };

struct State {
  StoreKind store = StoreKind::kEmbedded;
  std::string state_dir = "/var/lib/porthole/state";
  std::string key_encryption_key_file = "/var/lib/porthole/keys/key-encryption-key";

  friend bool operator==(const State&, const State&) = default;
};

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

struct Log {
  LogLevel level = LogLevel::kInfo;

  friend bool operator==(const Log&, const Log&) = default;
};

enum class OnAuditLoss : std::uint8_t { kCount, kRefuse };

struct Audit {
  std::string file;  // empty: standard output
  OnAuditLoss on_loss = OnAuditLoss::kCount;
  std::size_t queue = 10000;  // records

  friend bool operator==(const Audit&, const Audit&) = default;
};

struct Shutdown {
  std::chrono::milliseconds delay{0};  // still admits, but is not ready
  std::chrono::milliseconds grace{0};  // admits nobody, waits for sessions to end

  friend bool operator==(const Shutdown&, const Shutdown&) = default;
};

// TLS to hosts. Paths of files; empty: none.
struct HostTls {
  std::string ca_file;
  std::string ca_directory;  // neither: the system's authorities
  std::string certificate_file;
  std::string private_key_file;
  TlsVersion min_version = TlsVersion::kTls12;

  friend bool operator==(const HostTls&, const HostTls&) = default;
};

// Which security types, by name, may be agreed on with some hosts.
struct HostRule {
  TargetRule to;
  std::vector<std::string> security;

  friend bool operator==(const HostRule&, const HostRule&) = default;
};

struct Hosts {
  HostTls tls;
  // By name, the most wanted first; for targets that no rule speaks of.
  std::vector<std::string> security = {"X509SASL", "X509Plain", "X509Vnc", "X509None",
                                       "RA2_256",  "RA2",       "VncAuth", "None"};
  std::vector<HostRule> rules;  // the first that speaks of a target counts

  friend bool operator==(const Hosts&, const Hosts&) = default;
};

// The port for VNC servers that dial in.
struct Reverse {
  IpAddress address = IpAddress::V4({127, 0, 0, 1});
  std::uint16_t port = 5500;
  std::vector<IpPrefix> sources;          // who may dial in
  std::chrono::milliseconds wait{60000};  // of a session, for its VNC server
  bool without_id = false;
  std::size_t connections_per_address = 16;  // not given to a session yet

  friend bool operator==(const Reverse&, const Reverse&) = default;
};

struct Configuration {
  std::string node_id;      // empty in the file: the host's name
  std::size_t workers = 0;  // 0 in the file: one a core; never 0 here
  std::vector<Listener> listeners = {Listener{}};
  Control control;
  Admin admin;
  Viewer viewer;
  Tokens tokens;
  Targets targets;
  Policy policy;
  Limits limits;
  Timeouts timeouts;
  State state;
  Log log;
  Shutdown shutdown;
  Audit audit;
  Hosts hosts;
  std::optional<Reverse> reverse;

  friend bool operator==(const Configuration&, const Configuration&) = default;
};

}  // namespace porthole::config
