#pragma once

#include "net/http_connection.h"
#include "net/listener.h"
#include "net/tls.h"
#include "tests/unit/net/certificate.h"
#include "tests/unit/net/loopback.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace porthole::testing {

// Time limits that a test can wait for. Whatever is not a test's subject has time.
inline net::Timeouts Unhurried() {
  net::Timeouts timeouts;
  timeouts.close_write = std::chrono::milliseconds(200);
  timeouts.close_read = std::chrono::milliseconds(300);
  return timeouts;
}

// A listener on a port of the system's choice, and the loop it is on, which the tests run.
struct Served {
  explicit Served(net::Timeouts limits = Unhurried(),
                  bool secure = false,
                  std::shared_ptr<const net::Proxies> proxies = nullptr)
      : timeouts(limits),
        tls(secure ? files.Server() : nullptr),
        listener(*net::Listener::Open({.address = IpAddress::V4({127, 0, 0, 1}),
                                       .port = 0,
                                       .tls = tls,
                                       .proxies = std::move(proxies)},
                                      workers,
                                      1,
                                      timeouts)) {}

  net::Worker& Home() { return workers.At(0); }
  std::uint16_t Port() const { return listener->Port(); }

  // The server's end of a client that connected.
  std::unique_ptr<net::HttpConnection> Accept() {
    auto connection = Await(Home(), listener->Acceptors().front()->Accept());
    if (!connection.ok()) {
      throw std::runtime_error(connection.status().ToString());
    }
    return *std::move(connection);
  }

  net::Timeouts timeouts;
  CertificateFiles files;
  std::shared_ptr<const net::TlsContext> tls;
  net::WorkerPool workers{1};
  std::unique_ptr<net::Listener> listener;
};

// Both ends of one connection, shaken hands where there is TLS.
struct Joined {
  explicit Joined(Served& served, int receive_buffer = 0)
      : client(served.Home(), served.Port(), receive_buffer), server(served.Accept()) {
    Started<absl::Status> handshake(served.Home(), server->Handshake());
    if ((served.tls != nullptr && !client.StartTls()) || !handshake.Get().ok()) {
      throw std::runtime_error("no TLS");
    }
  }

  RawClient client;
  std::unique_ptr<net::HttpConnection> server;
};

inline std::string UpgradeRequest(std::string_view more = "") {
  return "GET /websockify HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\n"
         "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         std::string(more) + "\r\n";
}

}  // namespace porthole::testing
