#include "token/cloudstack_claims.h"

#include "base/ip_address.h"
#include "base/status.h"
#include "base/target.h"
#include "base/tunnel.h"
#include "token/cloudstack_seal.h"
#include "token/json.h"
#include "token/members.h"

#include <absl/status/statusor.h>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace porthole::token {
namespace {

using std::chrono::minutes;

constexpr std::size_t kMaxTokenIdBytes = 128;
constexpr std::size_t kMaxConsoleIdBytes = 128;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::size_t kMaxLongNameBytes = 1024;
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxUrlBytes = 1024;
constexpr std::size_t kMaxSecretBytes = 1024;
constexpr std::size_t kMaxTicketBytes = 128;
constexpr std::int64_t kHyperVPort = -9;  // what CloudStack says of a console that is RDP
constexpr minutes kTicketLife{2};
constexpr minutes kUsedFor{4};
// How far from now a ticket's minute is looked for, to say that it is over and not that it is
// wrong.
constexpr int kMinutesBack = 60;
constexpr int kMinutesAhead = 10;

// ConsoleProxyClientParam, as far as it matters here.
struct Param {
  std::string host;
  std::int64_t port = 0;
  std::optional<Secret> password;
  std::string console_id;
  std::string name;
  std::string ticket;
  std::string session;
  std::string source;
  Secret extra;
  std::string websocket_url;  // holds VMware's ticket
  std::string tunnel_url;     // XenServer's
  Secret tunnel_session;
  bool hyper_v = false;
};

// What the cloud's user wrote, which must not cost him the console.
std::string ReadName(const Members& top) {
  const std::string name = top.OptionalSecret("clientDisplayName", kMaxLongNameBytes);
  return name.size() <= kMaxTextBytes && IsPlainText(name) ? name : std::string();
}

Param ReadParam(const boost::json::object& object, Fault& fault) {
  const Members top(object, "", fault);
  Param param;
  param.host = top.OptionalText("clientHostAddress", kMaxHostBytes);
  param.port = top.OptionalInteger("clientHostPort").value_or(0);
  if (top.Has("clientHostPassword")) {
    param.password = Secret(top.OptionalSecret("clientHostPassword", kMaxSecretBytes));
  }
  param.console_id = top.RequiredText("clientTag", kMaxConsoleIdBytes);
  param.name = ReadName(top);
  param.ticket = top.RequiredText("ticket", kMaxTicketBytes);
  param.session = top.RequiredText("sessionUuid", kMaxTokenIdBytes);
  param.source = top.OptionalText("sourceIP", kMaxTextBytes);
  param.extra = Secret(top.OptionalSecret("extraSecurityToken", kMaxSecretBytes));
  param.websocket_url = top.OptionalText("websocketUrl", kMaxUrlBytes);
  param.tunnel_url = top.OptionalText("clientTunnelUrl", kMaxUrlBytes);
  param.tunnel_session = Secret(top.OptionalSecret("clientTunnelSession", kMaxSecretBytes));
  param.hyper_v = top.Has("hypervHost") || param.port == kHyperVPort;
  return param;
}

// What the ticket is made of, but the minute. Java writes what is not there as "null".
Secret FactsOf(const Param& param) {
  const std::string_view password =
      param.password.has_value() ? param.password->Reveal() : std::string_view("null");
  std::string facts;
  facts.reserve(2 * kMaxSecretBytes);  // no copy of the password is left behind by growing
  facts.append("host=").append(param.host);
  facts.append("&port=").append(std::to_string(param.port));
  facts.append("&sid=").append(password);
  facts.append("&tag=").append(param.console_id);
  facts.append("&session=").append(param.session);
  return Secret(std::move(facts));
}

class Ticket {
 public:
  Ticket(const Param& param, TokenForm form, const TokenKey& key)
      : text_(param.ticket), facts_(FactsOf(param)), form_(form), key_(key) {}

  // Whether it was made in `minute`.
  bool IsOf(minutes minute) const {
    // CloudStack's change from SHA-1 was not the one from CBC: releases with both are about.
    return IsOf(minute, TicketHash::kSha512) ||
           (form_ == TokenForm::kLegacyCbc && IsOf(minute, TicketHash::kSha1));
  }

 private:
  bool IsOf(minutes minute, TicketHash hash) const {
    return SameText(text_, CloudStackTicket(facts_.Reveal(), minute.count(), key_, hash));
  }

  const std::string_view text_;
  const Secret facts_;
  const TokenForm form_;
  const TokenKey& key_;
};

// The minute in which the ticket was made, where it is good now.
Judged<minutes> MinuteOf(const Ticket& ticket, WallTime now, std::chrono::seconds skew) {
  const auto present = std::chrono::floor<minutes>(now.time_since_epoch());
  for (const minutes minute : {present, present - minutes(1)}) {
    if (ticket.IsOf(minute)) {
      return minute;
    }
  }
  for (minutes ahead(1); ahead <= minutes(kMinutesAhead); ++ahead) {
    const minutes minute = present + ahead;
    if (ticket.IsOf(minute)) {
      const bool near = ahead == minutes(1) && WallTime(minute) <= now + skew;
      return near ? Judged<minutes>(minute)
                  : Refuse(EndReason::kTokenNotYetValid, "the ticket is of a later minute");
    }
  }
  for (minutes back(2); back <= minutes(kMinutesBack); ++back) {
    if (ticket.IsOf(present - back)) {
      return Refuse(EndReason::kTokenExpired, "the ticket is of an earlier minute");
    }
  }
  return Refuse(EndReason::kTokenInvalid,
                "the ticket is wrong: another hash key, or clocks that differ by an hour");
}

absl::StatusOr<Target> TargetOfWebSocket(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == std::string_view::npos || !(url.starts_with("wss://") || url.starts_with("ws://"))) {
    return Error(absl::StatusCode::kInvalidArgument, "it is no WebSocket's");
  }
  const std::size_t end = std::min(url.find('/', host + 3), url.size());
  const std::string_view authority = url.substr(host + 3, end - host - 3);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        authority.substr(colon).find(']') == std::string_view::npos;
  const std::string_view usual = url.starts_with("wss:") ? ":443" : ":80";
  return ParseTarget(
      std::string(url.substr(0, end)).append(has_port ? "" : usual).append(url.substr(end)));
}

// XenServer's console: "https://host/console?uuid=…" is asked to CONNECT, with the session's
// cookie.
absl::StatusOr<Tunnel> TunnelOf(const Param& param) {
  const std::string_view url = param.tunnel_url;
  const std::size_t authority = url.find("://");
  const std::size_t path =
      authority == std::string_view::npos ? std::string_view::npos : url.find('/', authority + 3);
  absl::StatusOr<Tunnel> tunnel = ParseTunnelUrl(url.substr(0, path));
  if (!tunnel.ok()) {
    return tunnel;
  }
  tunnel->path = Secret(path == std::string_view::npos ? "/" : std::string(url.substr(path)));
  if (!param.tunnel_session.Empty()) {
    tunnel->cookie = Secret("session_id=" + std::string(param.tunnel_session.Reveal()));
  }
  const std::string wrong = WhyNotAskedFor(*tunnel);
  return wrong.empty() ? tunnel : Error(absl::StatusCode::kInvalidArgument, wrong);
}

// Behind a tunnel the console has no address of its own: it is shown by its tunnel's.
Target BehindTunnel(const Tunnel& tunnel) {
  Target target;
  target.host = tunnel.host;
  target.port = tunnel.port;
  return target;
}

absl::StatusOr<Target> TargetOf(const Param& param) {
  if (!param.websocket_url.empty()) {
    const absl::StatusOr<Target> target = TargetOfWebSocket(param.websocket_url);
    return target.ok() ? target : Annotate(target.status(), "websocketUrl");
  }
  const bool v6 = param.host.find(':') != std::string::npos && !param.host.starts_with('[');
  const std::string host = v6 ? "[" + param.host + "]" : param.host;
  const absl::StatusOr<Target> target =
      ParseTarget("tcp://" + host + ":" + std::to_string(param.port));
  return target.ok() ? target : Annotate(target.status(), "clientHostAddress and clientHostPort");
}

Refusal HyperV() {
  Refusal refusal = Refuse(EndReason::kForbidden, "a console of Hyper-V, which is RDP");
  refusal.sentence =
      "This virtual machine runs on Hyper-V, whose consoles this console server cannot show.";
  return refusal;
}

// Where the console is and the way to it; an error says what cannot be read.
absl::Status ReadWay(const Param& param, Grant& grant) {
  if (!param.tunnel_url.empty()) {
    absl::StatusOr<Tunnel> tunnel = TunnelOf(param);
    if (!tunnel.ok()) {
      return Annotate(tunnel.status(), "clientTunnelUrl");
    }
    grant.target = BehindTunnel(*tunnel);
    grant.tunnel = *std::move(tunnel);
    return absl::OkStatus();
  }
  absl::StatusOr<Target> target = TargetOf(param);
  if (!target.ok()) {
    return target.status();
  }
  grant.target = *std::move(target);
  return absl::OkStatus();
}

// The policy that follows from where the link was asked for.
std::optional<Refusal> HoldToSource(const Param& param, Grant& grant) {
  const absl::StatusOr<IpAddress> source = IpAddress::Parse(param.source);
  if (!source.ok()) {
    return Refuse(EndReason::kTokenInvalid, "payload: sourceIP is not an IP address");
  }
  grant.policy.client_ip = {IpPrefix::Of(*source, source->IsV4() ? 32 : 128)};
  return std::nullopt;
}

Judged<Grant> GrantOf(Param param, const TokenKey& key, minutes made) {
  if (param.hyper_v) {
    return HyperV();
  }
  Grant grant;
  if (const absl::Status way = ReadWay(param, grant); !way.ok()) {
    return Refuse(EndReason::kTokenInvalid, "payload: " + Message(way));
  }
  if (key.cloudstack.check_source_address) {
    if (std::optional<Refusal> refusal = HoldToSource(param, grant)) {
      return *std::move(refusal);
    }
  }
  grant.key_id = key.id;
  grant.token_id = std::move(param.session);
  grant.issued_at = WallTime(made);
  grant.expires_at = WallTime(made + kTicketLife);
  grant.used_for = kUsedFor;
  grant.console_id = std::move(param.console_id);
  grant.console_name = std::move(param.name);
  grant.password = std::move(param.password).value_or(Secret());
  grant.extra = std::move(param.extra);
  grant.origins = key.cloudstack.extra_origins;
  return grant;
}

}  // namespace

Judged<Grant> ReadCloudStackClaims(std::string_view payload,
                                   TokenForm form,
                                   const TokenKey& key,
                                   WallTime now,
                                   const TokenRules& rules) {
  const absl::StatusOr<boost::json::object> object = ParseJsonObject(payload);
  if (!object.ok()) {
    return Refuse(EndReason::kTokenInvalid, "payload: " + Message(object.status()));
  }
  Fault fault;
  Param param = ReadParam(*object, fault);
  if (!fault.empty()) {
    return Refuse(EndReason::kTokenInvalid, "payload: " + fault);
  }
  const std::string token_id = param.session;
  const Judged<minutes> made = MinuteOf(Ticket(param, form, key), now, rules.clock_skew);
  const auto* const wrong = std::get_if<Refusal>(&made);
  Judged<Grant> judged = wrong != nullptr ? Judged<Grant>(*wrong)
                                          : GrantOf(std::move(param), key, std::get<minutes>(made));
  if (auto* const refusal = std::get_if<Refusal>(&judged)) {
    refusal->token_id = token_id;
  }
  return judged;
}

}  // namespace porthole::token
