#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace porthole::client {

enum class HostTlsMode : std::uint8_t { kDisable, kPrefer, kRequire };
enum class ClipboardPolicy : std::uint8_t { kBoth, kToConsole, kFromConsole, kOff };
enum class SharingPolicy : std::uint8_t { kShared, kExclusive, kTakeover };

// How the node secures its connection to the host.
struct HostTls {
  HostTlsMode mode = HostTlsMode::kPrefer;
  std::string server_name;  // empty: the target's host
  // The RSA key of a host that speaks RA2, pinned: SHA-256, in hexadecimal digits, of the key as
  // the host sends it (docs/hosts.md has a command that makes it). Empty: none.
  std::string host_key_sha256;
};

// A way to the host through somebody else's HTTP server (CONNECT).
struct Tunnel {
  std::string url;  // "https://xen-1.example", "http://squid.example:3128"; required
  // What is asked for, as XenServer's "/console?uuid=…"; empty: the target, as of a web proxy.
  std::string path;
  // The header's value with path: "session_id=OpaqueRef:…". Reaches the node only inside the token.
  std::string cookie;
};

// The virtual machine's screen, and how the node reaches it.
struct ConsoleClaim {
  std::string id;    // the VM's UUID; required
  std::string name;  // shown to the person
  // "tcp://HOST:PORT", "unix:/path", "ws://HOST:PORT/path", "wss://…", "raw+tcp://HOST:PORT" or
  // "reverse:ID"; required.
  std::string target;
  std::string username;
  std::string password;  // reaches the node only inside the encrypted token
  std::optional<HostTls> tls;
  std::optional<Tunnel> tunnel;
};

// What the token narrows; what is absent stays as the node is configured.
struct PolicyClaim {
  std::optional<bool> view_only;
  std::optional<ClipboardPolicy> clipboard;
  std::optional<SharingPolicy> sharing;
  std::optional<std::chrono::seconds> max_duration;
  std::optional<std::chrono::seconds> idle_timeout;
  std::vector<std::string> client_ip;  // addresses or prefixes that may use the link; empty: any
};

// Everything that a token says. Texts are UTF-8.
struct TokenClaims {
  std::string subject;  // the user for whom the link is; required
  std::string audience = "porthole";
  std::string issuer;
  std::string token_id;  // at most 128 bytes; empty: a random one
  std::chrono::seconds lifetime{60};
  ConsoleClaim console;
  PolicyClaim policy;
};

}  // namespace porthole::client
