#include "net/beast_connection.h"

#include "base/status.h"
#include "net/deadline.h"
#include "net/error.h"
#include "net/proxy_reader.h"
#include "net/websocket_key.h"
#include "net/websocket_stream.h"

#include <boost/asio/error.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/serializer.hpp>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>
#include <optional>
#include <utility>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

using boost::system::error_code;

constexpr std::uint32_t kMaxHeadBytes = 16384;
constexpr std::size_t kReadBytes = 4096;  // a whole head of most people's
constexpr std::size_t kKeyChars = 24;     // base64 of 16 bytes: RFC 6455, section 4.1
constexpr unsigned kHttp11 = 11;

using Head = http::request<http::empty_body>;
using Parser = http::request_parser<http::empty_body>;
using Answer = http::response<http::empty_body>;

constexpr int kDescriptorReserve = 32;

// The process' limit as it was at the first look; nobody here changes it.
int MostDescriptors() {
  static const int kMost = [] {
    constexpr int kEndless = std::numeric_limits<int>::max();
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kEndless
               ? static_cast<int>(limit.rlim_cur)
               : kEndless;
  }();
  return kMost;
}

std::string Text(beast::string_view text) {
  return {text.data(), text.size()};
}

bool IsWebSocketKey(beast::string_view key) {
  const auto base64 = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  };
  return key.size() == kKeyChars && key.ends_with("==") &&
         std::all_of(key.begin(), key.end() - 2, base64);
}

UpgradeCheck CheckUpgrade(const Head& head) {
  if (!http::token_list{head[http::field::upgrade]}.exists("websocket")) {
    return UpgradeCheck::kNone;
  }
  if (head.method() != http::verb::get || head.version() < kHttp11 ||
      !http::token_list{head[http::field::connection]}.exists("upgrade") ||
      head.count(http::field::sec_websocket_key) != 1 ||
      !IsWebSocketKey(head[http::field::sec_websocket_key])) {
    return UpgradeCheck::kMalformed;
  }
  return head[http::field::sec_websocket_version] == "13" ? UpgradeCheck::kValid
                                                          : UpgradeCheck::kBadVersion;
}

HttpRequest Translate(const Head& head) {
  HttpRequest request;
  request.method = Text(head.method_string());
  SetTarget(request, Text(head.target()));
  for (const auto& field : head) {
    request.headers.emplace_back(Text(field.name_string()), Text(field.value()));
  }
  request.has_body = AnnouncesBody(request);
  request.upgrade = CheckUpgrade(head);
  if (request.has_body && request.upgrade == UpgradeCheck::kValid) {
    request.upgrade = UpgradeCheck::kMalformed;
  }
  return request;
}

std::span<const std::uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string TextOf(const Answer& answer) {
  std::string text;
  http::response_serializer<http::empty_body> serializer(answer);
  serializer.split(true);
  error_code error;  // a head alone knows none
  serializer.next(error, [&text](error_code& /*none*/, const auto& pieces) {
    for (const asio::const_buffer piece : beast::buffers_range_ref(pieces)) {
      text.append(static_cast<const char*>(piece.data()), piece.size());
    }
  });
  return text;
}

// RFC 9110, section 5.6.7.
std::string HttpDate() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

class BeastConnection final : public HttpConnection {
 public:
  BeastConnection(Transport transport,
                  IpAddress peer,
                  std::shared_ptr<const TlsContext> tls,
                  std::shared_ptr<const Proxies> proxies,
                  Worker& worker,
                  const Timeouts& timeouts)
      : transport_(std::move(transport)),
        peer_(peer),
        tls_(std::move(tls)),
        proxies_(std::move(proxies)),
        worker_(worker),
        timeouts_(timeouts),
        buffer_(kMaxHeadBytes + 1) {}

  const IpAddress& Peer() const override { return peer_; }
  const Proxies* TrustedProxies() const override { return proxies_.get(); }
  // A new descriptor is always the lowest that is free.
  bool OnLastDescriptors() override {
    return MostDescriptors() - kDescriptorReserve <= transport_.Wire().native_handle();
  }
  TransportFacts Facts() const override { return transport_.Facts(); }
  Worker& Home() const override { return worker_; }
  bool KeepAlive() const override { return keep_alive_; }

  Awaitable<absl::Status> Introduce() override {
    if (proxies_ == nullptr || !proxies_->proxy_protocol) {
      co_return absl::OkStatus();
    }
    if (!IsProxy(*proxies_, peer_)) {
      co_return Error(absl::StatusCode::kPermissionDenied,
                      "PROXY protocol: " + peer_.ToString() + " is not in proxies.trusted");
    }
    const Deadline deadline = LimitedTo(timeouts_.http_header);
    const absl::StatusOr<ProxiedClient> client = co_await ReadProxyHeader(transport_.Wire());
    if (deadline.Passed()) {
      co_return TooSlow("PROXY protocol: the header took too long");
    }
    if (!client.ok()) {
      co_return client.status();
    }
    const ProxiedClient& named = *client;
    peer_ = named.value_or(peer_);
    co_return absl::OkStatus();
  }

  Awaitable<absl::Status> Handshake() override {
    if (tls_ == nullptr) {
      co_return absl::OkStatus();
    }
    const Deadline deadline = LimitedTo(timeouts_.tls_handshake);
    const absl::Status shaken = co_await transport_.HandshakeAsServer(*tls_);
    co_return deadline.Passed() ? TooSlow("the TLS handshake took too long") : shaken;
  }

  Awaitable<absl::StatusOr<HttpRequest>> ReadRequest() override {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(kMaxHeadBytes);
    // An idle client is let go with a FIN: it may be about to send.
    const Deadline deadline(worker_.Clockwork(),
                            first_ ? timeouts_.http_header : timeouts_.http_idle,
                            [this] { transport_.Close(); });
    first_ = false;
    const error_code error = co_await ReadHead();
    if (deadline.Passed()) {
      co_return TooSlow("the request's head took too long");
    }
    if (error == http::error::buffer_overflow) {
      co_return absl::ResourceExhaustedError("the request's head is longer than 16 KiB");
    }
    if (error) {
      co_return ToStatus(error, "HTTP request");
    }
    HttpRequest request = Translate(parser_->get());
    if (!NamesOneHost(request, Version() == kHttp11)) {
      co_return absl::InvalidArgumentError("HTTP request: exactly one Host must be named");
    }
    keep_alive_ = parser_->get().keep_alive() && !request.has_body;
    // A client must wait for 101 before it sends frames (RFC 6455, section 4.1).
    if (request.upgrade == UpgradeCheck::kValid && buffer_.size() > 0) {
      request.upgrade = UpgradeCheck::kMalformed;
    }
    co_return request;
  }

  Awaitable<absl::Status> Respond(HttpResponse response, bool keep) override {
    Answer answer = AnswerOf(static_cast<http::status>(response.status), response.headers);
    answer.set(http::field::date, HttpDate());
    if (!response.content_type.empty()) {
      answer.set(http::field::content_type, response.content_type);
    }
    answer.keep_alive(keep);
    const std::size_t size = response.body == nullptr ? 0 : response.body->size();
    answer.content_length(size);
    const bool head_only = parser_ != nullptr && parser_->get().method() == http::verb::head;
    const std::string head = TextOf(answer);
    co_return co_await Send(head, size > 0 && !head_only ? *response.body : std::string_view());
  }

  std::unique_ptr<ByteStream> Upgrade(const std::string& subprotocol) override {
    upgraded_ = true;
    Answer answer = AnswerOf(http::status::switching_protocols, {});
    answer.set(http::field::upgrade, "websocket");
    answer.set(http::field::connection, "Upgrade");
    answer.set(http::field::sec_websocket_accept,
               AcceptOf(Text(parser_->get()[http::field::sec_websocket_key])));
    answer.set(http::field::server, "porthole");
    if (!subprotocol.empty()) {
      answer.set(http::field::sec_websocket_protocol, subprotocol);
    }
    // Nothing of HTTP is left to stay for the session's life.
    parser_.reset();
    buffer_ = beast::flat_buffer();
    return std::make_unique<WebSocketStream>(std::move(transport_), worker_.Clockwork(), timeouts_,
                                             TextOf(answer));
  }

  Awaitable<Closing> Finish() override {
    if (upgraded_) {
      co_return Closing::kLost;  // the transport went to the stream, and with it
    }
    co_return co_await transport_.Linger(worker_.Clockwork(), timeouts_.close_read);
  }

 private:
  Answer AnswerOf(http::status status, const HeaderList& headers) const {
    Answer answer(status, parser_ != nullptr ? Version() : kHttp11);
    for (const auto& [name, value] : headers) {
      answer.insert(name, value);
    }
    return answer;
  }

  // To the end of the next request's head, which stays in `parser_`.
  Awaitable<error_code> ReadHead() {
    for (;;) {
      error_code error;
      buffer_.consume(parser_->put(buffer_.data(), error));
      if (error != http::error::need_more) {
        co_return error;
      }
      const std::size_t room = buffer_.max_size() - buffer_.size();
      if (room == 0) {
        co_return http::error::buffer_overflow;
      }
      const asio::mutable_buffer target = buffer_.prepare(std::min(room, kReadBytes));
      const Attempt attempt =
          transport_.TryRead({static_cast<std::uint8_t*>(target.data()), target.size()});
      buffer_.commit(attempt.bytes);
      error = attempt.error;
      if (attempt.need != Attempt::Need::kNothing) {
        error = std::get<0>(co_await transport_.WaitFor(attempt.need));
      }
      if (error) {
        co_return error == asio::error::eof ? AtEnd() : error;
      }
    }
  }

  // What a FIN means here: a good-bye between two requests, a fault within one.
  error_code AtEnd() {
    if (!parser_->got_some()) {
      return http::error::end_of_stream;
    }
    error_code error;
    parser_->put_eof(error);
    return error;
  }

  Awaitable<absl::Status> Send(std::string_view head, std::string_view body) {
    const Deadline deadline = LimitedTo(timeouts_.http_idle);
    error_code error;
    for (std::size_t sent = 0; sent < head.size() + body.size() && !error;) {
      const Attempt attempt = transport_.TryWrite(Bytes(head), Bytes(body), sent);
      sent += attempt.bytes;
      error = attempt.error;
      if (attempt.need != Attempt::Need::kNothing) {
        error = std::get<0>(co_await transport_.WaitFor(attempt.need));
      }
    }
    co_return deadline.Passed() ? TooSlow("the answer was not read in time")
                                : ToStatus(error, "HTTP response");
  }

  Deadline LimitedTo(std::chrono::milliseconds limit) {
    return Deadline(worker_.Clockwork(), limit, [this] { transport_.Reset(); });
  }
  static absl::Status TooSlow(const char* what) { return absl::DeadlineExceededError(what); }
  unsigned Version() const { return parser_->get().version() < kHttp11 ? 10 : kHttp11; }

  Transport transport_;
  IpAddress peer_;
  std::shared_ptr<const TlsContext> tls_;
  std::shared_ptr<const Proxies> proxies_;
  Worker& worker_;
  const Timeouts& timeouts_;
  beast::flat_buffer buffer_;
  std::unique_ptr<Parser> parser_;  // of the last request
  bool first_ = true;
  bool keep_alive_ = false;
  bool upgraded_ = false;
};

}  // namespace

std::unique_ptr<HttpConnection> MakeHttpConnection(Transport transport,
                                                   IpAddress peer,
                                                   std::shared_ptr<const TlsContext> tls,
                                                   std::shared_ptr<const Proxies> proxies,
                                                   Worker& worker,
                                                   const Timeouts& timeouts) {
  return std::make_unique<BeastConnection>(std::move(transport), peer, std::move(tls),
                                           std::move(proxies), worker, timeouts);
}

}  // namespace porthole::net
