#include "config/from_schema.h"

#include "base/letter_case.h"
#include "config/words.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::config {
namespace {

using google::protobuf::Duration;
using google::protobuf::RepeatedPtrField;

// The enumerations of the schema and ours have the same values in the same order, but the schema's
// begin with UNSPECIFIED, which the reader never lets through.
Role ToRole(v1::Role from) {
  return static_cast<Role>(from - 1);
}
Sharing ToSharing(v1::Sharing from) {
  return static_cast<Sharing>(from - 1);
}
static_assert(static_cast<int>(TlsVersion::kTls13) == v1::TLS_VERSION_1_3 - 1);
static_assert(static_cast<int>(ClientHeader::kForwarded) == v1::CLIENT_HEADER_FORWARDED - 1);
static_assert(static_cast<int>(Role::kViewer) == v1::ROLE_VIEWER - 1);
static_assert(static_cast<int>(TargetScheme::kReverse) == v1::TARGET_SCHEME_REVERSE - 1);
static_assert(static_cast<int>(Sharing::kTakeover) == v1::SHARING_TAKEOVER - 1);
static_assert(static_cast<int>(TakeoverBy::kAny) == v1::TAKEOVER_BY_ANY - 1);
static_assert(static_cast<int>(StoreKind::kEmbedded) == v1::STORE_KIND_EMBEDDED - 1);
static_assert(static_cast<int>(OnAuditLoss::kRefuse) == v1::ON_AUDIT_LOSS_REFUSE - 1);
static_assert(static_cast<int>(LogLevel::kError) == v1::LOG_LEVEL_ERROR - 1);

std::chrono::seconds ToSeconds(const Duration& from) {
  return std::chrono::seconds(from.seconds());
}

std::chrono::milliseconds ToMilliseconds(const Duration& from) {
  const std::chrono::nanoseconds rest(from.nanos());
  return ToSeconds(from) + std::chrono::duration_cast<std::chrono::milliseconds>(rest);
}

IpAddress ToAddress(const std::string& from) {
  return IpAddress::Parse(from).value();
}

std::optional<IpAddress> ToOptionalAddress(const std::string& from) {
  return from.empty() ? std::nullopt : std::optional(ToAddress(from));
}

std::uint16_t ToPort(std::uint32_t from) {
  return static_cast<std::uint16_t>(from);
}

std::vector<IpPrefix> ToPrefixes(const RepeatedPtrField<std::string>& from) {
  std::vector<IpPrefix> to;
  for (const std::string& prefix : from) {
    to.push_back(IpPrefix::Parse(prefix).value());
  }
  return to;
}

std::vector<std::string> ToTexts(const RepeatedPtrField<std::string>& from) {
  return {from.begin(), from.end()};
}

ListenerProxies ToProxies(const v1::ListenerProxies& from) {
  return {.trusted = ToPrefixes(from.trusted()),
          .proxy_protocol = from.proxy_protocol(),
          .client_header = static_cast<ClientHeader>(from.client_header() - 1)};
}

ListenerTls ToListenerTls(const v1::ListenerTls& from) {
  ListenerTls to;
  to.certificate_file = from.certificate_file();
  to.private_key_file = from.private_key_file();
  to.min_version = static_cast<TlsVersion>(from.min_version() - 1);
  for (const v1::CertificateFiles& files : from.more_certificates()) {
    to.more_certificates.push_back({.certificate_file = files.certificate_file(),
                                    .private_key_file = files.private_key_file()});
  }
  return to;
}

Listener ToListener(const v1::Listener& from) {
  constexpr std::uint16_t kTlsPort = 8443;
  Listener to;
  to.address = ToAddress(from.address());
  if (from.has_tls()) {
    to.port = kTlsPort;
    to.tls = ToListenerTls(from.tls());
  }
  if (from.has_port()) {
    to.port = ToPort(from.port());
  }
  if (from.has_proxies()) {
    to.proxies = ToProxies(from.proxies());
  }
  return to;
}

ControlTcp ToControlTcp(const v1::ControlTcp& from) {
  return ControlTcp{.address = ToAddress(from.address()),
                    .port = ToPort(from.port()),
                    .certificate_file = from.certificate_file(),
                    .private_key_file = from.private_key_file(),
                    .client_ca_file = from.client_ca_file(),
                    .plaintext = from.plaintext(),
                    .plaintext_role = ToRole(from.plaintext_role())};
}

Control ToControl(const v1::Control& from) {
  Control to;
  if (from.has_tcp()) {
    to.tcp = ToControlTcp(from.tcp());
  }
  to.unix_socket.reset();
  if (!from.unix_socket().path().empty()) {
    to.unix_socket = ControlUnix{.path = from.unix_socket().path(),
                                 .role = ToRole(from.unix_socket().role()),
                                 .group = from.unix_socket().group()};
  }
  for (const v1::Caller& caller : from.callers()) {
    to.callers.push_back(Caller{.name = caller.name(), .role = ToRole(caller.role())});
  }
  return to;
}

std::vector<TargetScheme> ToSchemes(const google::protobuf::RepeatedField<int>& from) {
  std::vector<TargetScheme> to;
  for (const int scheme : from) {
    to.push_back(static_cast<TargetScheme>(scheme - 1));
  }
  return to;
}

TargetRule ToTargetRule(const v1::TargetRule& from) {
  TargetRule to;
  to.schemes = ToSchemes(from.schemes());
  if (!from.prefix().empty()) {
    to.prefix = IpPrefix::Parse(from.prefix()).value();
  }
  to.name = LowerCase(from.name());
  to.first_port = ToPort(from.first_port());
  to.last_port = ToPort(from.last_port());
  return to;
}

Targets ToTargets(const v1::Targets& from) {
  Targets to;
  for (const v1::TargetRule& rule : from.allow()) {
    to.allow.push_back(ToTargetRule(rule));
  }
  for (const v1::TargetRule& rule : from.deny()) {
    to.deny.push_back(ToTargetRule(rule));
  }
  to.allow_denied = ToPrefixes(from.allow_denied());
  to.unix_directory = from.unix_directory();
  to.schemes = ToSchemes(from.schemes());
  for (const v1::TargetSource& source : from.sources()) {
    to.sources.push_back(TargetSource{.to = ToTargetRule(source.to()),
                                      .ipv4 = ToOptionalAddress(source.ipv4()),
                                      .ipv6 = ToOptionalAddress(source.ipv6())});
  }
  for (const v1::TargetProxy& proxy : from.proxies()) {
    to.proxies.push_back(
        TargetProxy{.to = ToTargetRule(proxy.to()), .tunnel = ParseTunnelUrl(proxy.url()).value()});
  }
  return to;
}

Reverse ToReverse(const v1::Reverse& from) {
  Reverse to;
  to.address = ToAddress(from.address());
  to.port = ToPort(from.port());
  to.sources = ToPrefixes(from.sources());
  to.wait = ToMilliseconds(from.wait());
  to.without_id = from.without_id();
  to.connections_per_address = from.connections_per_address();
  return to;
}

std::vector<std::string> ToSecurity(const google::protobuf::RepeatedField<int>& from) {
  std::vector<std::string> to;
  for (const int type : from) {
    to.push_back(WordFor(*v1::HostSecurity_descriptor()->FindValueByNumber(type)));
  }
  return to;
}

Hosts ToHosts(const v1::Hosts& from) {
  Hosts to;
  to.tls = HostTls{.ca_file = from.tls().ca_file(),
                   .ca_directory = from.tls().ca_directory(),
                   .certificate_file = from.tls().certificate_file(),
                   .private_key_file = from.tls().private_key_file(),
                   .min_version = static_cast<TlsVersion>(from.tls().min_version() - 1)};
  to.security = ToSecurity(from.security());
  for (const v1::HostRule& rule : from.rules()) {
    to.rules.push_back(
        HostRule{.to = ToTargetRule(rule.to()), .security = ToSecurity(rule.security())});
  }
  return to;
}

Clipboard ToClipboard(v1::Clipboard from) {
  const bool both = from == v1::CLIPBOARD_BOTH;
  return Clipboard{.to_console = both || from == v1::CLIPBOARD_TO_CONSOLE,
                   .from_console = both || from == v1::CLIPBOARD_FROM_CONSOLE};
}

Policy ToPolicy(const v1::Policy& from) {
  Policy to;
  to.view_only = from.view_only();
  to.clipboard = ToClipboard(from.clipboard());
  to.sharing.clear();
  for (const int sharing : from.sharing()) {
    to.sharing.push_back(ToSharing(static_cast<v1::Sharing>(sharing)));
  }
  to.default_sharing = ToSharing(from.default_sharing());
  to.takeover_by = static_cast<TakeoverBy>(from.takeover_by() - 1);
  to.takeover_before_dial = from.takeover_before_dial();
  to.max_duration = ToSeconds(from.max_duration());
  to.idle_timeout = ToSeconds(from.idle_timeout());
  return to;
}

Limits ToLimits(const v1::Limits& from) {
  return Limits{.sessions = from.sessions(),
                .sessions_per_console = from.sessions_per_console(),
                .sessions_per_subject = from.sessions_per_subject(),
                .sessions_per_address = from.sessions_per_address(),
                .connections = from.connections(),
                .connections_per_address = from.connections_per_address(),
                .attempts_per_address_burst = from.attempts_per_address_burst(),
                .attempts_per_address_per_minute = from.attempts_per_address_per_minute()};
}

Timeouts ToTimeouts(const v1::Timeouts& from) {
  return Timeouts{.tls_handshake = ToMilliseconds(from.tls_handshake()),
                  .http_header = ToMilliseconds(from.http_header()),
                  .http_idle = ToMilliseconds(from.http_idle()),
                  .dial = ToMilliseconds(from.dial()),
                  .host_handshake = ToMilliseconds(from.host_handshake()),
                  .viewer_handshake = ToMilliseconds(from.viewer_handshake()),
                  .ping_after = ToMilliseconds(from.ping_after()),
                  .viewer_dead_after = ToMilliseconds(from.viewer_dead_after()),
                  .close_write = ToMilliseconds(from.close_write()),
                  .close_read = ToMilliseconds(from.close_read())};
}

}  // namespace

Configuration FromSchema(const v1::Configuration& from) {
  Configuration to;
  to.node_id = from.node_id();
  to.workers = from.workers();
  to.listeners.clear();
  for (const v1::Listener& listener : from.listeners()) {
    to.listeners.push_back(ToListener(listener));
  }
  to.control = ToControl(from.control());
  to.admin =
      Admin{.address = ToAddress(from.admin().address()), .port = ToPort(from.admin().port())};
  to.viewer = Viewer{.directory = from.viewer().directory(),
                     .frame_ancestors = ToTexts(from.viewer().frame_ancestors()),
                     .origins = ToTexts(from.viewer().origins()),
                     .path_prefix = from.viewer().path_prefix()};
  to.tokens = Tokens{.audience = from.tokens().audience(),
                     .issuers = ToTexts(from.tokens().issuers()),
                     .max_lifetime = ToSeconds(from.tokens().max_lifetime()),
                     .clock_skew = ToSeconds(from.tokens().clock_skew())};
  to.targets = ToTargets(from.targets());
  to.hosts = ToHosts(from.hosts());
  to.policy = ToPolicy(from.policy());
  to.limits = ToLimits(from.limits());
  to.timeouts = ToTimeouts(from.timeouts());
  to.state = State{.store = static_cast<StoreKind>(from.state().store() - 1),
                   .state_dir = from.state().state_dir(),
                   .key_encryption_key_file = from.state().key_encryption_key_file()};
  to.log = Log{.level = static_cast<LogLevel>(from.log().level() - 1)};
  to.shutdown = Shutdown{.delay = ToMilliseconds(from.shutdown().delay()),
                         .grace = ToMilliseconds(from.shutdown().grace())};
  to.audit = Audit{.file = from.audit().file(),
                   .on_loss = static_cast<OnAuditLoss>(from.audit().on_loss() - 1),
                   .queue = from.audit().queue()};
  if (from.has_reverse()) {
    to.reverse = ToReverse(from.reverse());
  }
  return to;
}

}  // namespace porthole::config
