#pragma once

#include "admission/address_budget.h"
#include "admission/admission.h"
#include "front/offer.h"
#include "front/replies.h"
#include "front/viewer_files.h"
#include "net/http_connection.h"
#include "session/session.h"
#include "telemetry/front_metrics.h"
#include "telemetry/log.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace porthole::front {

// What every public connection needs. Outlives the workers.
struct PublicSettings {
  const ViewerFiles& files;
  admission::AddressBudget& budget;
  const admission::Admission& admission;
  telemetry::FrontMetrics& metrics;
  telemetry::Logger& log;
  std::vector<std::string> frame_ancestors;  // CSP sources; empty: 'none'
  std::string path_prefix;                   // "/vnc"; empty: none
  std::atomic<std::size_t> max_connections{0};
  std::atomic<std::size_t> connections{0};  // open now
  std::atomic<std::size_t> turned_away{0};  // are being told that there is no place
  // Connections come without the proxies that a listener may have in front: the node's own do.
  bool introduced = false;
  std::atomic_flag proxy_refused_told;  // the log has it once; the metric counts on
};

// The public port on one worker: the viewer's pages and files, and the WebSocket that becomes a
// session.
class PublicSide {
 public:
  // Both outlive the worker.
  PublicSide(PublicSettings& settings, const session::Surroundings& sessions)
      : settings_(settings), sessions_(sessions) {}

  // Serves one connection until it is gone.
  net::Awaitable<void> Serve(std::unique_ptr<net::HttpConnection> connection);

 private:
  // A connection that became a session's.
  struct Upgraded {
    std::unique_ptr<net::ByteStream> viewer;
    session::Request request;
  };

  // Who asks, as far as the request and the proxies in front say.
  static admission::Client ClientOf(const net::HttpConnection& connection,
                                    const net::HttpRequest& request);
  // Whether the connection's proxy, if the listener has one in front, said whose it is.
  net::Awaitable<bool> Introduce(net::HttpConnection& connection);
  // The next request, its path without the prefix.
  net::Awaitable<absl::StatusOr<net::HttpRequest>> ReadRequest(net::HttpConnection& connection);
  // Tells a connection that has no place here why, as long as not too many are being told.
  net::Awaitable<void> TurnAway(net::HttpConnection& connection, HttpNo no);
  // All that comes before a session; null when none comes of it. `has_place`: among those that are
  // open; `ticket`: its place among its address', for as long as it is open.
  net::Awaitable<std::unique_ptr<Upgraded>> Receive(
      std::unique_ptr<net::HttpConnection> connection,
      bool has_place,
      std::optional<admission::AddressBudget::Ticket>& ticket);
  // HTTP, until the connection ends or is upgraded.
  net::Awaitable<std::unique_ptr<Upgraded>> ServeHttp(
      std::unique_ptr<net::HttpConnection> connection);
  net::Awaitable<void> RefuseUnread(net::HttpConnection& connection, const absl::Status& why);
  // What every request here must be, whatever it asks for.
  static std::optional<HttpNo> JudgeShape(const net::HttpRequest& request);
  // Whether another request may follow.
  net::Awaitable<bool> Answer(net::HttpConnection& connection, const net::HttpRequest& request);
  net::Awaitable<std::unique_ptr<Upgraded>> AnswerWebSocket(net::HttpConnection& connection,
                                                            const net::HttpRequest& request);
  std::optional<HttpNo> JudgeBudget(const IpAddress& client);
  std::variant<Offer, HttpNo> JudgeUpgrade(const admission::Client& client,
                                           const net::HttpRequest& request);
  // The connection's first bytes: TLS where the listener has it.
  net::Awaitable<bool> ShakeHands(net::HttpConnection& connection);
  net::Awaitable<void> Refuse(net::HttpConnection& connection, HttpNo no);
  // The same for a person who opened a link: as a page.
  net::Awaitable<void> RefusePage(net::HttpConnection& connection, HttpNo no);
  static net::Awaitable<bool> Reply(net::HttpConnection& connection, net::HttpResponse response);
  net::HttpResponse Console(const net::HttpConnection& connection, const net::HttpRequest& request);
  net::HttpResponse File(std::string_view path);
  net::HttpResponse ErrorPage(const net::HttpConnection& connection, const HttpNo& no) const;
  net::HttpResponse Page(const net::HttpConnection& connection,
                         unsigned status,
                         std::string html) const;

  PublicSettings& settings_;
  const session::Surroundings& sessions_;
};

}  // namespace porthole::front
