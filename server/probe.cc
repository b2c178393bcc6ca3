#include "probe.h"

#include "base/status.h"
#include "net/endpoint.h"
#include "net/http_answer.h"

#include <absl/status/statusor.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace porthole {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds kLimit{4};
constexpr std::size_t kMaxAnswerBytes = 65536;

// An address of this machine where the admin port listens on all of them.
IpAddress Reached(const IpAddress& address) {
  if (address == IpAddress()) {
    return IpAddress::V4({127, 0, 0, 1});
  }
  return address == IpAddress::V6({}) ? *IpAddress::Parse("::1") : address;
}

// One question and its answer up to the end of the connection, on a loop of its own.
class Conversation {
 public:
  absl::StatusOr<std::string> Ask(const tcp::endpoint& where, const std::string& request) {
    socket_.async_connect(where,
                          [&](const error_code& error) { OnDone(error, [&] { Send(request); }); });
    loop_.run_for(kLimit);
    if (!loop_.stopped()) {
      return absl::DeadlineExceededError("no answer within 4 s");
    }
    if (failure_ && failure_ != asio::error::eof) {
      return Error(absl::StatusCode::kUnavailable, failure_.message());
    }
    return answer_;
  }

 private:
  void OnDone(const error_code& error, const std::function<void()>& next) {
    failure_ = error;
    if (!error) {
      next();
    }
  }
  void Send(const std::string& request) {
    asio::async_write(socket_, asio::buffer(request), [this](const error_code& error, std::size_t) {
      OnDone(error, [this] { Receive(); });
    });
  }
  void Receive() {
    asio::async_read(socket_, asio::dynamic_buffer(answer_, kMaxAnswerBytes),
                     [this](const error_code& error, std::size_t) { failure_ = error; });
  }

  asio::io_context loop_{1};
  tcp::socket socket_{loop_};
  std::string answer_;
  error_code failure_;
};

// The lines of /readyz?verbose that say no.
std::string Failing(std::string_view body) {
  std::string lines;
  while (!body.empty()) {
    const std::string_view line = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(line.size() + 1, body.size()));
    if (line.starts_with("[-]")) {
      lines += (lines.empty() ? "" : "; ") + std::string(line);
    }
  }
  return lines.empty() ? "it says no" : lines;
}

}  // namespace

absl::Status Ask(Probe probe, const config::Admin& admin) {
  if (admin.port == 0) {
    return absl::InvalidArgumentError("admin.port is 0, so that nobody can know the node's port");
  }
  const std::string path = probe == Probe::kLive ? "/livez" : "/readyz?verbose";
  const tcp::endpoint where(net::ToAsio(Reached(admin.address)), admin.port);
  Conversation conversation;
  const absl::StatusOr<std::string> said = conversation.Ask(
      where, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  if (!said.ok()) {
    return Annotate(said.status(), net::ToText(where));
  }
  const std::size_t end = said->find("\r\n\r\n");
  const auto answer = net::ParseHttpAnswer(said->substr(0, end == std::string::npos ? 0 : end + 4));
  if (!answer.ok()) {
    return Annotate(answer.status(), net::ToText(where));
  }
  if (answer->status != 200) {
    return Error(
        absl::StatusCode::kFailedPrecondition,
        probe == Probe::kLive ? "not alive" : "not ready: " + Failing(said->substr(end + 4)));
  }
  return absl::OkStatus();
}

}  // namespace porthole
