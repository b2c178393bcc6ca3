#include "config/loader.h"

#include "tests/unit/config/parsed.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace porthole::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The defaults, with what Parse() asks the machine for taken from `parsed`.
Configuration DefaultsLike(const Configuration& parsed) {
  Configuration defaults;
  defaults.node_id = parsed.node_id;
  defaults.workers = parsed.workers;
  return defaults;
}

Configuration Parsed(std::string_view text) {
  absl::StatusOr<Configuration> parsed = Parse(text, "f.yaml");
  EXPECT_TRUE(parsed.ok()) << Message(parsed.status());
  return parsed.ok() ? *parsed : Configuration();
}

TEST(Parse, ReadsTheProxiesInFrontOfAListener) {
  const Configuration parsed = Parsed(R"(
listeners:
  - port: 0
    proxies: {trusted: [10.0.0.0/8, "2001:db8::1"], proxy_protocol: true, client_header: none}
  - port: 0
    proxies: {trusted: [10.0.0.1]}
)");

  ASSERT_EQ(parsed.listeners.size(), 2U);
  EXPECT_EQ(
      parsed.listeners[0].proxies,
      (ListenerProxies{.trusted = {*IpPrefix::Parse("10.0.0.0/8"), *IpPrefix::Parse("2001:db8::1")},
                       .proxy_protocol = true,
                       .client_header = ClientHeader::kNone}));
  EXPECT_FALSE(parsed.listeners[1].proxies->proxy_protocol);
  EXPECT_EQ(parsed.listeners[1].proxies->client_header, ClientHeader::kXForwardedFor);
}

TEST(Parse, GivesTheDefaultsOfAnEmptyFile) {
  const Configuration parsed = Parsed("");

  EXPECT_EQ(parsed, DefaultsLike(parsed));
  EXPECT_FALSE(parsed.node_id.empty());
  EXPECT_GE(parsed.workers, 1U);
}

TEST(Parse, GivesTheDefaultsOfEmptySections) {
  const Configuration parsed = Parsed(
      "control:\nadmin: {}\nviewer:\ntokens:\ntargets:\npolicy:\nlimits:\ntimeouts:\nstate:\nlog:\n"
      "shutdown:\n");

  EXPECT_EQ(parsed, DefaultsLike(parsed));
}

TEST(Parse, ReadsNodeAndListeners) {
  const Configuration parsed = Parsed(R"(
node_id: edge-1
workers: 3
listeners:
  - address: "::"
    tls: {certificate_file: c.pem, private_key_file: k.pem, min_version: 1.3}
  - address: 192.0.2.1
    port: 0
    tls:
      certificate_file: d
      private_key_file: e
      more_certificates: [{certificate_file: f, private_key_file: g}]
  - {}
admin: {address: 192.0.2.2, port: 1}
)");

  EXPECT_EQ(parsed.node_id, "edge-1");
  EXPECT_EQ(parsed.workers, 3U);
  ASSERT_EQ(parsed.listeners.size(), 3U);
  EXPECT_EQ(parsed.listeners[0], (Listener{.address = IpAddress::V6({}),
                                           .port = 8443,
                                           .tls = ListenerTls{.certificate_file = "c.pem",
                                                              .private_key_file = "k.pem",
                                                              .min_version = TlsVersion::kTls13,
                                                              .more_certificates = {}},
                                           .proxies = {}}));
  EXPECT_EQ(parsed.listeners[1].port, 0);
  EXPECT_EQ(parsed.listeners[1].tls->min_version, TlsVersion::kTls12);
  EXPECT_EQ(parsed.listeners[1].tls->more_certificates,
            (std::vector<CertificateFiles>{{.certificate_file = "f", .private_key_file = "g"}}));
  EXPECT_EQ(parsed.listeners[2], Listener{});
  EXPECT_EQ(parsed.admin, (Admin{.address = IpAddress::V4({192, 0, 2, 2}), .port = 1}));
}

TEST(Parse, ReadsControl) {
  const Configuration parsed = Parsed(R"(
control:
  tcp:
    {address: 10.0.0.1, port: 2, certificate_file: c, private_key_file: k, client_ca_file: a}
  unix_socket: {path: /run/x, role: operator, group: cloud}
  callers:
    - {name: "uri:spiffe://cloud/m", role: admin}
    - {name: "dns:m.example", role: operator}
    - {name: "cn:m"}
)");

  EXPECT_EQ(parsed.control.tcp, (ControlTcp{.address = IpAddress::V4({10, 0, 0, 1}),
                                            .port = 2,
                                            .certificate_file = "c",
                                            .private_key_file = "k",
                                            .client_ca_file = "a"}));
  EXPECT_EQ(parsed.control.unix_socket,
            (ControlUnix{.path = "/run/x", .role = Role::kOperator, .group = "cloud"}));
  EXPECT_EQ(parsed.control.callers,
            (std::vector<Caller>{{.name = "uri:spiffe://cloud/m", .role = Role::kAdmin},
                                 {.name = "dns:m.example", .role = Role::kOperator},
                                 {.name = "cn:m", .role = Role::kViewer}}));
}

TEST(Parse, TakesControlWithoutASocketOverPlaintext) {
  const Configuration parsed =
      Parsed("control: {tcp: {plaintext: true, plaintext_role: viewer}, unix_socket: {path: ''}}");

  EXPECT_FALSE(parsed.control.unix_socket.has_value());
  EXPECT_TRUE(parsed.control.tcp->plaintext);
  EXPECT_EQ(parsed.control.tcp->plaintext_role, Role::kViewer);
}

TEST(Parse, ReadsViewerAndTokens) {
  const Configuration parsed = Parsed(R"(
viewer:
  directory: /srv/viewer
  frame_ancestors: ["'self'", "https://*.example:8443"]
  origins: ["https://cloud.example", "http://localhost:3000", "http://[::1]:8080", "null"]
  path_prefix: /vnc
tokens: {audience: p, issuers: [one, two], max_lifetime: 2m, clock_skew: 5s}
)");

  EXPECT_EQ(parsed.viewer, (Viewer{.directory = "/srv/viewer",
                                   .frame_ancestors = {"'self'", "https://*.example:8443"},
                                   .origins = {"https://cloud.example", "http://localhost:3000",
                                               "http://[::1]:8080", "null"},
                                   .path_prefix = "/vnc"}));
  EXPECT_EQ(parsed.tokens, (Tokens{.audience = "p",
                                   .issuers = {"one", "two"},
                                   .max_lifetime = seconds(120),
                                   .clock_skew = seconds(5)}));
}

TEST(Parse, ReadsTargets) {
  const Configuration parsed = Parsed(R"(
targets:
  allow:
    - {schemes: [tcp, unix, ws, wss, raw+tcp, reverse], prefix: 10.0.0.0/8, first_port: 5900,
       last_port: 5999}
    - {name: "*.KVM.example"}
  deny: [{prefix: "2001:db8::1"}]
  allow_denied: [127.0.0.0/8]
  unix_directory: /run/vnc
  schemes: [raw+tcp, unix]
  sources: [{to: {prefix: 10.0.0.0/8}, ipv4: 192.0.2.1}, {ipv6: "2001:db8::2"}]
  proxies: [{to: {name: "*.far.example"}, url: "https://squid.example"}]
)");

  const TargetRule first{
      .schemes = {TargetScheme::kTcp, TargetScheme::kUnix, TargetScheme::kWs, TargetScheme::kWss,
                  TargetScheme::kRawTcp, TargetScheme::kReverse},
      .prefix = IpPrefix::Parse("10.0.0.0/8").value(),
      .name = "",
      .first_port = 5900,
      .last_port = 5999};
  TargetRule second;
  second.name = "*.kvm.example";
  TargetSource inside;
  inside.to.prefix = IpPrefix::Parse("10.0.0.0/8").value();
  inside.ipv4 = IpAddress::Parse("192.0.2.1").value();
  TargetSource outside;
  outside.ipv6 = IpAddress::Parse("2001:db8::2").value();
  TargetProxy proxy;
  proxy.to.name = "*.far.example";
  proxy.tunnel = ParseTunnelUrl("https://squid.example").value();
  TargetRule denied;
  denied.prefix = IpPrefix::Parse("2001:db8::1").value();
  EXPECT_EQ(parsed.targets, (Targets{.allow = {first, second},
                                     .deny = {denied},
                                     .allow_denied = {IpPrefix::Parse("127.0.0.0/8").value()},
                                     .unix_directory = "/run/vnc",
                                     .schemes = {TargetScheme::kRawTcp, TargetScheme::kUnix},
                                     .sources = {inside, outside},
                                     .proxies = {proxy}}));
}

TEST(Parse, ReadsReverse) {
  const Configuration parsed = Parsed(R"(
reverse: {address: "::", port: 5501, sources: [10.0.0.0/8], wait: 2m, without_id: true,
          connections_per_address: 3}
)");

  Reverse reverse;
  reverse.address = IpAddress::Parse("::").value();
  reverse.port = 5501;
  reverse.sources = {IpPrefix::Parse("10.0.0.0/8").value()};
  reverse.wait = std::chrono::minutes(2);
  reverse.without_id = true;
  reverse.connections_per_address = 3;
  EXPECT_EQ(parsed.reverse, reverse);
  EXPECT_EQ(Parsed("{}").reverse, std::nullopt);
}

TEST(Parse, ReadsPolicy) {
  const Configuration parsed = Parsed(R"(
policy:
  view_only: true
  clipboard: off
  sharing: [takeover, exclusive]
  default_sharing: exclusive
  takeover_by: any
  takeover_before_dial: true
  max_duration: 2h
  idle_timeout: 90s
)");

  EXPECT_EQ(parsed.policy,
            (Policy{.view_only = true,
                    .clipboard = Clipboard{.to_console = false, .from_console = false},
                    .sharing = {Sharing::kTakeover, Sharing::kExclusive},
                    .default_sharing = Sharing::kExclusive,
                    .takeover_by = TakeoverBy::kAny,
                    .takeover_before_dial = true,
                    .max_duration = seconds(7200),
                    .idle_timeout = seconds(90)}));
}

TEST(Parse, ReadsEveryWayOfTheClipboard) {
  const auto clipboard = [](const std::string& word) {
    return Parsed("policy: {clipboard: " + word + "}").policy.clipboard;
  };

  EXPECT_EQ(clipboard("both"), (Clipboard{.to_console = true, .from_console = true}));
  EXPECT_EQ(clipboard("to_console"), (Clipboard{.to_console = true, .from_console = false}));
  EXPECT_EQ(clipboard("from_console"), (Clipboard{.to_console = false, .from_console = true}));
  EXPECT_EQ(clipboard("off"), (Clipboard{.to_console = false, .from_console = false}));
}

TEST(Parse, ReadsLimits) {
  const Configuration parsed = Parsed(R"(
limits:
  sessions: 1
  sessions_per_console: 2
  sessions_per_subject: 3
  sessions_per_address: 4
  connections: 5
  connections_per_address: 6
  attempts_per_address_burst: 7
  attempts_per_address_per_minute: 8
)");

  EXPECT_EQ(parsed.limits, (Limits{.sessions = 1,
                                   .sessions_per_console = 2,
                                   .sessions_per_subject = 3,
                                   .sessions_per_address = 4,
                                   .connections = 5,
                                   .connections_per_address = 6,
                                   .attempts_per_address_burst = 7,
                                   .attempts_per_address_per_minute = 8}));
}

TEST(Parse, ReadsTimes) {
  const Configuration parsed = Parsed(R"(
timeouts:
  tls_handshake: 11ms
  http_header: 12ms
  http_idle: 13ms
  dial: 14ms
  host_handshake: 15ms
  viewer_handshake: 16ms
  ping_after: 17ms
  viewer_dead_after: 1018ms
  close_write: 19ms
  close_read: 1m
shutdown: {delay: 5s, grace: 300s}
log: {level: warning}
audit: {file: /a, on_loss: refuse, queue: 5}
state: {store: memory, state_dir: /s, key_encryption_key_file: /k}
)");

  EXPECT_EQ(parsed.timeouts, (Timeouts{.tls_handshake = milliseconds(11),
                                       .http_header = milliseconds(12),
                                       .http_idle = milliseconds(13),
                                       .dial = milliseconds(14),
                                       .host_handshake = milliseconds(15),
                                       .viewer_handshake = milliseconds(16),
                                       .ping_after = milliseconds(17),
                                       .viewer_dead_after = milliseconds(1018),
                                       .close_write = milliseconds(19),
                                       .close_read = milliseconds(60000)}));
  EXPECT_EQ(parsed.shutdown, (Shutdown{.delay = seconds(5), .grace = seconds(300)}));
  EXPECT_EQ(parsed.log.level, LogLevel::kWarning);
  EXPECT_EQ(parsed.audit, (Audit{.file = "/a", .on_loss = OnAuditLoss::kRefuse, .queue = 5}));
  EXPECT_EQ(
      parsed.state,
      (State{.store = StoreKind::kMemory, .state_dir = "/s", .key_encryption_key_file = "/k"}));
}

// A directory that goes with the test.
class LoadTest : public testing::Test {
 protected:
  LoadTest() {
    std::string name = testing::TempDir() + "porthole-config-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~LoadTest() override { std::filesystem::remove_all(directory_); }

  std::string Write(std::string_view text) const {
    const std::string path = directory_ / "porthole.yaml";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  std::filesystem::path directory_;
};

TEST_F(LoadTest, ReadsAFile) {
  const absl::StatusOr<Configuration> loaded = Load(Write("node_id: n"));

  ASSERT_TRUE(loaded.ok()) << Message(loaded.status());
  EXPECT_EQ(loaded->node_id, "n");
}

TEST_F(LoadTest, NamesTheFileInItsProblems) {
  const std::string path = Write("\n\nnod_id: n");

  const absl::StatusOr<Configuration> loaded = Load(path);

  EXPECT_EQ(loaded.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(loaded.status()),
            path + ":3: nod_id: there is no such setting; did you mean \"node_id\"?");
}

TEST_F(LoadTest, RefusesAFileThatIsTooLong) {
  const std::string path = Write(std::string(std::size_t{3} << 20U, '\n'));

  EXPECT_EQ(Message(Load(path).status()),
            path + ": larger than 1 MiB; this is no configuration file");
}

TEST_F(LoadTest, SaysWhyAFileCannotBeRead) {
  const std::string missing = directory_ / "missing.yaml";

  EXPECT_EQ(Load(missing).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Message(Load(missing).status()),
            "cannot read the configuration file " + missing + ": No such file or directory");
  EXPECT_EQ(Message(Load(directory_).status()),
            "cannot read the configuration file " + directory_.string() + ": Is a directory");
}

}  // namespace
}  // namespace porthole::config
