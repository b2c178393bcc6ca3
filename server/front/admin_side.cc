#include "front/admin_side.h"

#include "front/replies.h"

#include <optional>
#include <string>
#include <utility>

namespace porthole::front {
namespace {

using net::Awaitable;

net::HttpResponse Text(unsigned status, std::string text, const char* type) {
  net::HttpResponse response;
  response.status = status;
  response.content_type = type;
  response.headers = {{"Cache-Control", "no-store"}};
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

constexpr const char* kPlain = "text/plain; charset=utf-8";

bool AsksForMore(const net::HttpRequest& request) {
  return request.query == "verbose" || net::QueryValue(request.query, "verbose").has_value();
}

}  // namespace

Awaitable<void> AdminSide::Serve(std::unique_ptr<net::HttpConnection> connection) {
  for (;;) {
    const absl::StatusOr<net::HttpRequest> request = co_await connection->ReadRequest();
    if (!request.ok()) {
      if (const std::optional<HttpNo> no = UnreadRequest(request.status())) {
        // Whether it is read is the other side's business.
        const absl::Status sent = co_await connection->Respond(JsonReply(*no), false);
      }
      break;
    }
    const bool keep = connection->KeepAlive();
    const absl::Status sent = co_await connection->Respond(Answer(*request), keep);
    if (!sent.ok() || !keep) {
      break;
    }
  }
  co_await connection->Finish();
}

net::HttpResponse AdminSide::Answer(const net::HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return JsonReply(MethodNotAllowed("GET, HEAD"));
  }
  if (request.path == "/metrics") {
    return Text(200, metrics_.Scrape(), telemetry::kScrapeType);
  }
  if (request.path == "/livez") {
    return Text(200, "ok\n", kPlain);
  }
  if (request.path == "/readyz") {
    return Text(health_.Ready() ? 200 : 503, health_.Report(AsksForMore(request)), kPlain);
  }
  return JsonReply(NotFound());
}

}  // namespace porthole::front
