#include "rfb/security/sasl.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/security/sasl_client.h"
#include "rfb/wire.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::rfb {
namespace {

using Step = SaslClient::Step;

constexpr std::size_t kMaxListBytes = 4096;
constexpr std::size_t kMaxTokenBytes = 4096;
constexpr std::size_t kLengthBytes = 4;
constexpr int kMaxSteps = 8;  // the longest of our mechanisms has two

struct Reply {
  std::optional<std::string> token;
  bool complete = false;
};

// The chosen mechanism and the first token, or a later token alone, in one write.
net::Awaitable<absl::Status> Send(net::ByteStream& host,
                                  std::string_view mechanism,
                                  std::optional<std::span<const std::uint8_t>> token) {
  const std::size_t named = mechanism.empty() ? 0 : kLengthBytes + mechanism.size();
  const std::size_t token_bytes = token ? token->size() + 1 : 0;
  SecretBytes message(named + kLengthBytes + token_bytes);
  std::span<std::uint8_t> rest = message.Reveal();
  if (named != 0) {
    StoreU32(static_cast<std::uint32_t>(mechanism.size()), rest);
    std::ranges::copy(mechanism, rest.subspan(kLengthBytes).begin());
    rest = rest.subspan(named);
  }
  StoreU32(static_cast<std::uint32_t>(token_bytes), rest);
  if (token) {
    std::ranges::copy(*token, rest.subspan(kLengthBytes).begin());  // the NUL is there
  }
  co_return co_await host.Write(message.Reveal());
}

net::Awaitable<absl::StatusOr<std::optional<std::string>>> ReadToken(net::ByteStream& host) {
  const absl::StatusOr<std::uint32_t> size = co_await ReadU32(host);
  if (!size.ok()) {
    co_return size.status();
  }
  if (*size > kMaxTokenBytes) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    "a SASL token of " + std::to_string(*size) + " bytes; at most 4096 are taken");
  }
  if (*size == 0) {
    co_return std::nullopt;
  }
  std::string token(*size, '\0');
  absl::Status read =
      co_await ReadExact(host, {reinterpret_cast<std::uint8_t*>(token.data()), token.size()});
  if (!read.ok()) {
    co_return read;
  }
  token.pop_back();  // the NUL
  co_return token;
}

// QEMU says no by hanging up.
absl::Status AsRefusal(const absl::Status& status) {
  return absl::IsOutOfRange(status) || absl::IsUnavailable(status)
             ? absl::UnauthenticatedError("the host hung up on the credentials")
             : status;
}

net::Awaitable<absl::StatusOr<Reply>> ReadReply(net::ByteStream& host) {
  absl::StatusOr<std::optional<std::string>> token = co_await ReadToken(host);
  if (!token.ok()) {
    co_return AsRefusal(token.status());
  }
  const absl::StatusOr<std::uint8_t> complete = co_await ReadU8(host);
  if (!complete.ok()) {
    co_return AsRefusal(complete.status());
  }
  co_return Reply{.token = *std::move(token), .complete = *complete != 0};
}

absl::StatusOr<Step> Next(SaslClient& client, const Step& last, const Reply& reply) {
  if (!last.done) {
    return client.Answer(reply.token);
  }
  if (reply.token && !reply.token->empty()) {
    return absl::InvalidArgumentError("the host goes on after the end of the mechanism");
  }
  return Step{.answer = std::nullopt, .done = true};
}

net::Awaitable<absl::StatusOr<std::string_view>> ReadChoice(net::ByteStream& host,
                                                            bool plain_may_be) {
  const auto list = co_await ReadText(host, kMaxListBytes, "a list of SASL mechanisms");
  if (!list.ok()) {
    co_return list.status();
  }
  const std::string_view mechanism = ChooseMechanism(*list, plain_may_be);
  if (mechanism.empty()) {
    co_return Error(absl::StatusCode::kFailedPrecondition,
                    "no SASL mechanism that may be used here; the host offers \"" + *list + "\"");
  }
  co_return mechanism;
}

}  // namespace

net::Awaitable<absl::Status> SpeakSasl(net::ByteStream& host,
                                       const HostCredentials& credentials,
                                       bool plain_may_be) {
  const absl::StatusOr<std::string_view> mechanism = co_await ReadChoice(host, plain_may_be);
  if (!mechanism.ok()) {
    co_return mechanism.status();
  }
  const absl::StatusOr<std::unique_ptr<SaslClient>> client = SaslClient::Make(credentials);
  if (!client.ok()) {
    co_return client.status();
  }
  absl::StatusOr<Step> step = (*client)->Start(*mechanism);
  if (!step.ok()) {
    co_return step.status();
  }
  absl::Status sent = co_await Send(host, *mechanism, step->answer);
  for (int steps = 0; sent.ok() && steps < kMaxSteps; ++steps) {
    const absl::StatusOr<Reply> reply = co_await ReadReply(host);
    if (!reply.ok()) {
      co_return reply.status();
    }
    step = Next(**client, *step, *reply);
    if (!step.ok()) {
      co_return step.status();
    }
    if (reply->complete) {
      // Complete without the host's own proof is what an impostor would say.
      co_return step->done ? absl::OkStatus()
                           : absl::InvalidArgumentError("the host says complete too early");
    }
    sent = co_await Send(host, {}, step->answer);
  }
  co_return sent.ok() ? absl::InvalidArgumentError("the SASL dialogue does not end") : sent;
}

net::Awaitable<absl::Status> AuthenticateSasl(SecurityExchange exchange) {
  return SpeakSasl(*exchange.host, exchange.access.credentials, exchange.in_verified_tls);
}

net::Awaitable<absl::Status> AuthenticateSaslPlain(SecurityExchange exchange) {
  return SpeakSasl(*exchange.host, exchange.access.credentials, true);
}

}  // namespace porthole::rfb
