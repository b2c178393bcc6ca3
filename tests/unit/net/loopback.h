#pragma once

#include "net/byte_stream.h"
#include "net/worker.h"

#include <boost/asio/co_spawn.hpp>
#include <openssl/types.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace porthole::testing {

// Runs the worker's loop on this thread until `condition` holds; false when it never did.
bool RunUntil(net::Worker& worker, const std::function<bool()>& condition);

// Work that was begun on a worker's loop and ends some time.
template <typename T>
class Started {
 public:
  Started(net::Worker& worker, net::Awaitable<T> work) : worker_(worker) {
    boost::asio::co_spawn(worker.Loop(), std::move(work),
                          [result = result_](const std::exception_ptr& thrown, T value) {
                            if (thrown) {
                              std::rethrow_exception(thrown);
                            }
                            *result = std::move(value);
                          });
  }

  bool Done() const { return result_->has_value(); }
  // The result; runs the loop until it is there, and throws when it never is.
  T Get() {
    if (!RunUntil(worker_, [this] { return Done(); }) || !result_->has_value()) {
      throw std::runtime_error("the work never ended");
    }
    return std::move(**result_);
  }

 private:
  net::Worker& worker_;
  std::shared_ptr<std::optional<T>> result_ = std::make_shared<std::optional<T>>();
};

template <typename T>
T Await(net::Worker& worker, net::Awaitable<T> work) {
  return Started<T>(worker, std::move(work)).Get();
}

// The other side of a connection: a bare socket in the same process, with OpenSSL on it after
// StartTls(). Whatever waits runs the worker's loop meanwhile.
class RawClient {
 public:
  // Connects to 127.0.0.1 or, with `v6`, to ::1. A small `receive_buffer` fills up soon.
  RawClient(net::Worker& worker, std::uint16_t port, int receive_buffer = 0, bool v6 = false);
  // Takes a connected socket over.
  RawClient(net::Worker& worker, int socket);
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient();

  // Whether the handshake succeeded. `alpn`: in wire form.
  bool StartTls(std::string_view alpn = "");
  // The same as the server, as `configure` has it.
  bool AcceptTls(const std::function<void(SSL_CTX*)>& configure);
  void Send(std::string_view bytes);
  // Takes what arrived, without waiting.
  void Pump();
  // Takes 64 KiB of it at most.
  void PumpOnce();
  // Whether `bytes` of them arrived in time; the rest is true sooner or later.
  bool Receive(std::size_t bytes);
  bool ReceiveText(std::string_view text);
  // Whether the other side's FIN (or close_notify) or RST came in time.
  bool ReceiveEnd();

  // What arrived and was not taken away by the test.
  std::string& Received() { return received_; }
  bool Ended() const { return ended_; }
  bool WasReset() const { return reset_; }

  // TLS's good-bye, then FIN.
  void SendEnd();
  // Closes with an RST.
  void Vanish();

 private:
  struct FreeTls {
    void operator()(SSL* tls) const;
    void operator()(SSL_CTX* context) const;
  };

  void Adopt(int socket);
  bool RunHandshake(int (*step)(SSL*));
  long Take(char* target, std::size_t size);

  net::Worker& worker_;
  int socket_ = -1;
  std::unique_ptr<SSL_CTX, FreeTls> context_;
  std::unique_ptr<SSL, FreeTls> tls_;
  std::string received_;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace porthole::testing
