#pragma once

#include "tests/support/bytes.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::session {

// A VNC server on a loopback port, on the tests' own loop: RFB 3.8, no password.
class FakeHost {
 public:
  enum class Manner : std::uint8_t {
    kServes,       // a handshake, then whatever the test says
    kSilent,       // accepts and says nothing
    kSpeaksHttp,   // no RFB
    kRefuses,      // no security type, but a reason
    kHangsUp,      // closes at once
    kStopsAtInit,  // everything but ServerInit
  };

  explicit FakeHost(boost::asio::io_context& loop)
      : acceptor_(loop, {boost::asio::ip::address_v4::loopback(), 0}) {
    boost::asio::co_spawn(loop, Accept(), boost::asio::detached);
  }

  void Be(Manner manner) { manner_ = manner; }
  std::string Target() const {
    return "tcp://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  std::size_t Connections() const { return sockets_.size(); }
  // How many connections Porthole has closed.
  int Closed() const { return closed_; }
  // Connections that were open at the same time, at most.
  int MostAtOnce() const { return most_; }
  void Say(std::string_view text) {
    boost::asio::write(*sockets_.back(), boost::asio::buffer(text.data(), text.size()));
  }
  void HangUp() { sockets_.back()->shutdown(boost::asio::ip::tcp::socket::shutdown_send); }
  void Reset() {
    sockets_.back()->set_option(boost::asio::socket_base::linger(true, 0));
    sockets_.back()->close();
  }
  const std::string& Heard() const { return heard_; }
  void SetName(std::string name) { name_ = std::move(name); }

 private:
  using Socket = boost::asio::ip::tcp::socket;
  static constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

  boost::asio::awaitable<void> Accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error) {
        co_return;
      }
      sockets_.push_back(std::make_shared<Socket>(std::move(socket)));
      most_ = std::max(most_, static_cast<int>(sockets_.size()) - closed_);
      boost::asio::co_spawn(acceptor_.get_executor(), Serve(sockets_.back()),
                            boost::asio::detached);
    }
  }

  static boost::asio::awaitable<bool> Exchange(std::shared_ptr<Socket> socket,
                                               std::string say,
                                               std::size_t expect) {
    const auto [failed, sent] =
        co_await boost::asio::async_write(*socket, boost::asio::buffer(say), kTuple);
    std::string answer(expect, '\0');
    const auto [error, count] =
        co_await boost::asio::async_read(*socket, boost::asio::buffer(answer), kTuple);
    co_return !failed && !error;
  }

  boost::asio::awaitable<void> Serve(std::shared_ptr<Socket> socket) {
    using testing::U16;
    using testing::U32;
    using testing::U8;
    const std::string format =
        U8(32) + U8(24) + U8(0) + U8(1) + U16(255) + U16(255) + U16(255) + std::string(6, '\0');
    const std::string init = U16(640) + U16(480) + format + testing::Text(name_);
    switch (manner_) {
      case Manner::kSilent:
        break;
      case Manner::kSpeaksHttp:
        co_await Exchange(socket, "HTTP/1.1 400 Bad Request\r\n\r\n", 1);
        break;
      case Manner::kRefuses:
        co_await Exchange(socket, "RFB 003.008\n", 12);
        co_await Exchange(socket, U8(0) + testing::Text("too many security failures"), 1);
        break;
      case Manner::kHangsUp:
        socket->close();
        break;
      case Manner::kStopsAtInit:
      case Manner::kServes: {
        bool good = co_await Exchange(socket, "RFB 003.008\n", 12);
        good = good && co_await Exchange(socket, U8(1) + U8(1), 1);
        good = good && co_await Exchange(socket, U32(0), 1);
        if (good && manner_ == Manner::kServes) {
          co_await Exchange(socket, init, 0);
        }
        break;
      }
    }
    co_await Listen(socket);
  }

  boost::asio::awaitable<void> Listen(std::shared_ptr<Socket> socket) {
    std::array<char, 4096> bytes{};
    for (;;) {
      const auto [error, count] =
          co_await socket->async_read_some(boost::asio::buffer(bytes), kTuple);
      if (error) {
        ++closed_;
        socket->close();
        co_return;
      }
      heard_.append(bytes.data(), count);
    }
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  Manner manner_ = Manner::kServes;
  std::string name_ = "fake host";
  std::vector<std::shared_ptr<Socket>> sockets_;
  std::string heard_;
  int closed_ = 0;
  int most_ = 0;
};

}  // namespace porthole::session
