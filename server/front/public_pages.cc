// The pages and files of the public port.

#include "front/paths.h"
#include "front/public_side.h"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace porthole::front {
namespace {

using telemetry::HttpRefusal;

constexpr std::size_t kMaxTokenBytes = 12UL * 1024;

// The token of a console link, or why the link cannot be one.
Judged<std::string> TokenOf(const net::HttpRequest& request) {
  if (request.query.find("token=") == std::string::npos) {
    return porthole::Refuse(EndReason::kTokenMissing, "no token in the query");
  }
  const std::optional<std::string> token = net::QueryValue(request.query, "token");
  if (!token.has_value() || token->empty() || token->size() > kMaxTokenBytes) {
    Refusal refusal = porthole::Refuse(EndReason::kTokenMissing, "a malformed token in the query");
    refusal.sentence =
        "This console link is incomplete. Open the console again from your cloud portal.";
    return refusal;
  }
  return *token;
}

}  // namespace

net::HttpResponse PublicSide::Console(const net::HttpConnection& connection,
                                      const net::HttpRequest& request) {
  const Judged<std::string> token = TokenOf(request);
  admission::Client client = ClientOf(connection, request);
  std::optional<Refusal> refused;
  std::string console_name;
  bool terminal = false;
  if (const auto* const missing = std::get_if<Refusal>(&token)) {
    refused = *missing;
  } else {
    // A link is opened from the portal, so another site's Origin or none says nothing here.
    client.origin.reset();
    client.extra = net::QueryValue(request.query, "extra").value_or("");
    Judged<admission::AdmittedGrant> previewed =
        settings_.admission.Preview(std::get<std::string>(token), client);
    if (auto* const admitted = std::get_if<admission::AdmittedGrant>(&previewed)) {
      console_name = admitted->grant.console_name;
      terminal = admitted->grant.target.scheme == TargetScheme::kRawTcp;
    } else {
      refused = std::get<Refusal>(previewed);
    }
  }
  if (!refused.has_value()) {
    return Page(connection, 200, settings_.files.ConsolePage(console_name, terminal));
  }
  const HttpNo no = LinkRefused(*refused);
  settings_.metrics.HttpRefused(no.counted).Increment();
  const std::string address = client.address.ToString();
  const std::array<telemetry::Field, 5> fields = {{{"reason", no.reason},
                                                   {"detail", refused->detail},
                                                   {"kid", refused->key_id},
                                                   {"jti", refused->token_id},
                                                   {"client", address}}};
  settings_.log.Log(telemetry::Level::kInfo, "link_refused", fields);
  sessions_.audit.Record("link_refused", fields);
  return ErrorPage(connection, no);
}

net::HttpResponse PublicSide::ErrorPage(const net::HttpConnection& connection,
                                        const HttpNo& no) const {
  net::HttpResponse page =
      Page(connection, no.status, settings_.files.ErrorPage(no.reason, no.message));
  page.headers.insert(page.headers.end(), no.headers.begin(), no.headers.end());
  return page;
}

// Design, section 9: the page's headers.
net::HttpResponse PublicSide::Page(const net::HttpConnection& connection,
                                   unsigned status,
                                   std::string html) const {
  std::string ancestors;
  for (const std::string& source : settings_.frame_ancestors) {
    ancestors += " " + source;
  }
  net::HttpResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.headers = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
       "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors" +
           (ancestors.empty() ? " 'none'" : ancestors)},
      {"Referrer-Policy", "no-referrer"},
      {"X-Content-Type-Options", "nosniff"},
      {"Cache-Control", "no-store"}};
  if (!connection.Facts().tls_version.empty()) {
    response.headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  }
  response.body = std::make_shared<const std::string>(std::move(html));
  return response;
}

net::HttpResponse PublicSide::File(std::string_view path) {
  const bool icon = path == kFavicon;
  const Asset* const asset = icon ? settings_.files.Icon()
                                  : settings_.files.Find(std::string(path.substr(kAssets.size())));
  if (asset == nullptr) {
    settings_.metrics.HttpRefused(HttpRefusal::kNotFound).Increment();
    return JsonReply(NotFound());
  }
  net::HttpResponse response;
  response.content_type = asset->content_type;
  response.headers = {
      {"Cache-Control", icon ? "public, max-age=86400" : "public, max-age=31536000, immutable"},
      {"X-Content-Type-Options", "nosniff"}};
  response.body = asset->body;
  return response;
}

}  // namespace porthole::front
