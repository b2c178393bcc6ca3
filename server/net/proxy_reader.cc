#include "net/proxy_reader.h"

#include "net/error.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/read.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {
namespace {

namespace asio = boost::asio;

constexpr auto kTuple = asio::as_tuple(asio::deferred);

Awaitable<absl::Status> ReadInto(Socket& socket, std::span<std::uint8_t> target) {
  const auto [error, count] =
      co_await asio::async_read(socket, asio::buffer(target.data(), target.size()), kTuple);
  co_return ToStatus(error, "PROXY protocol");
}

// The line's rest: what is looked at without taking it is taken up to the line's end.
Awaitable<absl::StatusOr<ProxiedClient>> ReadLine(Socket& socket, std::string line) {
  while (!line.ends_with('\n')) {
    std::array<std::uint8_t, kMaxProxyLineBytes> piece{};
    const std::size_t room = kMaxProxyLineBytes - line.size();
    if (room == 0) {
      co_return absl::InvalidArgumentError("PROXY protocol: a line without an end");
    }
    const auto [error, seen] = co_await socket.async_receive(
        asio::buffer(piece.data(), room), asio::socket_base::message_peek, kTuple);
    if (error) {
      co_return ToStatus(error, "PROXY protocol");
    }
    const std::span<std::uint8_t> come = std::span(piece).first(seen);
    const auto size = static_cast<std::size_t>(std::ranges::find(come, '\n') - come.begin());
    const auto mine = come.first(std::min(size + 1, seen));
    const absl::Status taken = co_await ReadInto(socket, mine);
    if (!taken.ok()) {
      co_return taken;
    }
    line.append(mine.begin(), mine.end());
  }
  co_return ParseProxyLine(line);
}

Awaitable<absl::StatusOr<ProxiedClient>> ReadVersion2(Socket& socket,
                                                      std::vector<std::uint8_t> header) {
  header.resize(kProxyHeadBytes);
  absl::Status read = co_await ReadInto(socket, std::span(header).subspan(kProxyMarkBytes));
  if (!read.ok()) {
    co_return read;
  }
  const auto rest = ProxyRest(std::span(header).first<kProxyHeadBytes>());
  if (!rest.ok()) {
    co_return rest.status();
  }
  header.resize(kProxyHeadBytes + *rest);
  read = co_await ReadInto(socket, std::span(header).subspan(kProxyHeadBytes));
  if (!read.ok()) {
    co_return read;
  }
  co_return ParseProxyHeader(header);
}

}  // namespace

Awaitable<absl::StatusOr<ProxiedClient>> ReadProxyHeader(Socket& socket) {
  std::vector<std::uint8_t> mark(kProxyMarkBytes);
  const absl::Status read = co_await ReadInto(socket, mark);
  if (!read.ok()) {
    co_return read;
  }
  if (IsProxyVersion2(mark)) {
    co_return co_await ReadVersion2(socket, std::move(mark));
  }
  if (IsProxyVersion1(mark)) {
    co_return co_await ReadLine(socket, std::string(mark.begin(), mark.end()));
  }
  co_return absl::InvalidArgumentError(
      "PROXY protocol: the connection does not begin with its header");
}

}  // namespace porthole::net
