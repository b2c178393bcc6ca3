#include "front/public_side.h"

#include "base/status.h"
#include "front/client_address.h"
#include "front/paths.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

namespace porthole::front {
namespace {

using net::Awaitable;
using telemetry::HttpRefusal;
using telemetry::TlsResult;
using telemetry::TlsSide;

// CloudStack's own links: below this, the page has another name and all else is as at the root.
constexpr std::string_view kCloudStack = "/resource/noVNC";
constexpr std::size_t kMaxUserAgentBytes = 256;
constexpr std::size_t kMostTurnedAway = 16;  // at once; fewer than descriptors are kept for them

// The path here of what CloudStack's links ask for; any other path as it is.
std::string_view PathOf(const net::HttpRequest& request) {
  const std::string_view path = request.path;
  if (!path.starts_with(kCloudStack) || path.substr(kCloudStack.size()).empty()) {
    return path;
  }
  const std::string_view below = path.substr(kCloudStack.size());
  if (below == "/vnc.html") {
    return kConsole;
  }
  return below == kWebSocketPath || below.starts_with(kAssets) ? below : path;
}

// One connection's place among those that are open, as long as it lives.
class Place {
 public:
  Place(std::atomic<std::size_t>& open, std::size_t most)
      : open_(open), taken_(open.fetch_add(1, std::memory_order_relaxed) < most) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() { open_.fetch_sub(1, std::memory_order_relaxed); }

  bool Taken() const { return taken_; }

 private:
  std::atomic<std::size_t>& open_;
  const bool taken_;
};

TlsResult ResultOf(const absl::Status& status) {
  if (status.ok()) {
    return TlsResult::kOk;
  }
  return status.code() == absl::StatusCode::kDeadlineExceeded ? TlsResult::kTimeout
                                                              : TlsResult::kFailed;
}

}  // namespace

admission::Client PublicSide::ClientOf(const net::HttpConnection& connection,
                                       const net::HttpRequest& request) {
  admission::Client client;
  client.address = ClientAddress(request, connection.Peer(), connection.TrustedProxies());
  client.origin = request.Header("Origin");
  client.host = request.Header("Host").value_or("");
  client.tls = !connection.Facts().tls_version.empty();
  return client;
}

// Small, since its frame stays for a session's life: what comes before has frames of its own.
Awaitable<void> PublicSide::Serve(std::unique_ptr<net::HttpConnection> connection) {
  const Place place(settings_.connections, settings_.max_connections);
  std::optional<admission::AddressBudget::Ticket> ticket;
  std::unique_ptr<Upgraded> upgraded =
      co_await Receive(std::move(connection), place.Taken(), ticket);
  if (upgraded == nullptr) {
    co_return;
  }
  Awaitable<void> session =
      session::RunSession(sessions_, std::move(upgraded->viewer), std::move(upgraded->request));
  upgraded.reset();
  co_await std::move(session);
}

Awaitable<std::unique_ptr<PublicSide::Upgraded>> PublicSide::Receive(
    std::unique_ptr<net::HttpConnection> connection,
    bool has_place,
    std::optional<admission::AddressBudget::Ticket>& ticket) {
  const bool introduced = co_await Introduce(*connection);
  if (!introduced) {
    co_return nullptr;
  }
  // A proxy's connections are many people's; each person's attempts and sessions are counted.
  const net::Proxies* const proxies = connection->TrustedProxies();
  const bool counted = proxies == nullptr || !net::IsProxy(*proxies, connection->Peer());
  if (counted) {
    ticket = settings_.budget.Connect(connection->Peer());
  }
  if (counted && !ticket.has_value()) {
    co_await TurnAway(*connection, TooManyConnections());
    co_return nullptr;
  }
  if (!has_place || connection->OnLastDescriptors()) {
    co_await TurnAway(*connection, NodeIsFull());
    co_return nullptr;
  }
  co_return co_await ServeHttp(std::move(connection));
}

Awaitable<bool> PublicSide::Introduce(net::HttpConnection& connection) {
  if (settings_.introduced) {
    co_return true;
  }
  const absl::Status introduced = co_await connection.Introduce();
  if (introduced.ok()) {
    co_return true;
  }
  settings_.metrics.HttpRefused(HttpRefusal::kProxy).Increment();
  if (!settings_.proxy_refused_told.test_and_set()) {
    settings_.log.Log(telemetry::Level::kWarning, "proxy_refused",
                      {{"client", connection.Peer().ToString()}, {"detail", Message(introduced)}});
  }
  co_return false;
}

Awaitable<absl::StatusOr<net::HttpRequest>> PublicSide::ReadRequest(
    net::HttpConnection& connection) {
  absl::StatusOr<net::HttpRequest> request = co_await connection.ReadRequest();
  const std::string& prefix = settings_.path_prefix;
  if (request.ok() && !prefix.empty() && request->path.starts_with(prefix + "/")) {
    request->path.erase(0, prefix.size());
  }
  co_return request;
}

Awaitable<void> PublicSide::TurnAway(net::HttpConnection& connection, HttpNo no) {
  const Place place(settings_.turned_away, kMostTurnedAway);
  const bool heard = place.Taken() && co_await ShakeHands(connection);
  const auto request = heard ? co_await ReadRequest(connection)
                             : absl::StatusOr<net::HttpRequest>(absl::CancelledError());
  if (!request.ok()) {
    settings_.metrics.HttpRefused(no.counted).Increment();
  } else if (PathOf(*request) == kConsole) {
    co_await RefusePage(connection, std::move(no));
  } else {
    co_await Refuse(connection, std::move(no));
  }
  if (heard) {
    co_await connection.Finish();
  }
}

Awaitable<bool> PublicSide::ShakeHands(net::HttpConnection& connection) {
  const absl::Status shaken = co_await connection.Handshake();
  if (!connection.Facts().tls_version.empty() || !shaken.ok()) {
    settings_.metrics.TlsHandshakes(TlsSide::kViewer, ResultOf(shaken)).Increment();
  }
  co_return shaken.ok();
}

Awaitable<std::unique_ptr<PublicSide::Upgraded>> PublicSide::ServeHttp(
    std::unique_ptr<net::HttpConnection> connection) {
  const bool shaken = co_await ShakeHands(*connection);
  if (!shaken) {
    co_return nullptr;
  }
  for (;;) {
    const absl::StatusOr<net::HttpRequest> request = co_await ReadRequest(*connection);
    if (!request.ok()) {
      co_await RefuseUnread(*connection, request.status());
      break;
    }
    if (const std::optional<HttpNo> no = JudgeShape(*request)) {
      co_await Refuse(*connection, *no);
      break;
    }
    if (PathOf(*request) == kWebSocketPath) {
      std::unique_ptr<Upgraded> upgraded = co_await AnswerWebSocket(*connection, *request);
      if (upgraded != nullptr) {
        co_return upgraded;
      }
      break;
    }
    const bool goes_on = co_await Answer(*connection, *request);
    if (!goes_on) {
      break;
    }
  }
  co_await connection->Finish();
  co_return nullptr;
}

Awaitable<void> PublicSide::RefuseUnread(net::HttpConnection& connection, const absl::Status& why) {
  if (const std::optional<HttpNo> no = UnreadRequest(why)) {
    co_await Refuse(connection, *no);
  } else if (why.code() == absl::StatusCode::kDeadlineExceeded) {
    settings_.metrics.HttpRefused(HttpRefusal::kTimeout).Increment();
  }
}

std::optional<HttpNo> PublicSide::JudgeShape(const net::HttpRequest& request) {
  const bool web_socket = PathOf(request) == kWebSocketPath;
  const bool head = request.method == "HEAD" && !web_socket;
  if (request.method != "GET" && !head) {
    return web_socket ? MethodNotAllowed("GET") : MethodNotAllowed("GET, HEAD");
  }
  if (request.has_body) {
    return BadRequest("A request here must not have a body.");
  }
  return std::nullopt;
}

Awaitable<bool> PublicSide::Answer(net::HttpConnection& connection,
                                   const net::HttpRequest& request) {
  const std::string_view path = PathOf(request);
  if (path == kConsole) {
    if (const std::optional<HttpNo> no = JudgeBudget(ClientOf(connection, request).address)) {
      co_await RefusePage(connection, *no);
      co_return false;
    }
    co_return co_await Reply(connection, Console(connection, request));
  }
  if (path.starts_with(kAssets) || path == kFavicon) {
    co_return co_await Reply(connection, File(path));
  }
  co_await Refuse(connection, NotFound());
  co_return false;
}

Awaitable<std::unique_ptr<PublicSide::Upgraded>> PublicSide::AnswerWebSocket(
    net::HttpConnection& connection, const net::HttpRequest& request) {
  auto upgraded = std::make_unique<Upgraded>();
  upgraded->request.client = ClientOf(connection, request);
  upgraded->request.user_agent =
      request.Header("User-Agent").value_or("").substr(0, kMaxUserAgentBytes);
  std::variant<Offer, HttpNo> offer = JudgeUpgrade(upgraded->request.client, request);
  if (const auto* const no = std::get_if<HttpNo>(&offer)) {
    co_await Refuse(connection, *no);
    co_return nullptr;
  }
  auto& good = std::get<Offer>(offer);
  upgraded->request.token = std::move(good.token);
  upgraded->request.client.extra = std::move(good.extra);
  upgraded->request.reads_text = good.subprotocol == kOurSubprotocol;
  upgraded->viewer = connection.Upgrade(good.subprotocol);
  co_return upgraded;
}

// Written down once for each time an address is shut out: a flood must not fill the audit log.
std::optional<HttpNo> PublicSide::JudgeBudget(const IpAddress& client) {
  const auto spent = settings_.budget.Attempt(client);
  if (!spent.has_value()) {
    return std::nullopt;
  }
  HttpNo no = TooManyAttempts(spent->retry_after);
  if (spent->first) {
    const std::string address = client.ToString();
    const std::array<telemetry::Field, 2> fields = {{{"reason", no.reason}, {"client", address}}};
    settings_.log.Log(telemetry::Level::kInfo, "attempts_refused", fields);
    sessions_.audit.Record("attempts_refused", fields);
  }
  return no;
}

// What can be refused in plain HTTP (design, section 7); everything else is said in a close frame,
// which is all that a browser shows a page.
std::variant<Offer, HttpNo> PublicSide::JudgeUpgrade(const admission::Client& client,
                                                     const net::HttpRequest& request) {
  if (const std::optional<HttpNo> no = JudgeBudget(client.address)) {
    return *no;
  }
  switch (request.upgrade) {
    case net::UpgradeCheck::kNone:
    case net::UpgradeCheck::kBadVersion:
      return UpgradeRequired();
    case net::UpgradeCheck::kMalformed:
      return BadRequest("The WebSocket upgrade is malformed.");
    case net::UpgradeCheck::kValid:
      break;
  }
  if (!settings_.admission.OriginAllowed(client)) {
    sessions_.audit.Record("origin_refused", {{"reason", "forbidden"},
                                              {"origin", client.origin.value_or("")},
                                              {"host", client.host},
                                              {"client", client.address.ToString()}});
    return OriginRefused();
  }
  return ReadOffer(request);
}

Awaitable<void> PublicSide::Refuse(net::HttpConnection& connection, HttpNo no) {
  settings_.metrics.HttpRefused(no.counted).Increment();
  // Whether it is read is the other side's business.
  const absl::Status sent = co_await connection.Respond(JsonReply(no), false);
}

Awaitable<void> PublicSide::RefusePage(net::HttpConnection& connection, HttpNo no) {
  settings_.metrics.HttpRefused(no.counted).Increment();
  const absl::Status sent = co_await connection.Respond(ErrorPage(connection, no), false);
}

Awaitable<bool> PublicSide::Reply(net::HttpConnection& connection, net::HttpResponse response) {
  const bool keep = connection.KeepAlive();
  const absl::Status sent = co_await connection.Respond(std::move(response), keep);
  co_return sent.ok() && keep;
}

}  // namespace porthole::front
