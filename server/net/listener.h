#pragma once

#include "net/http_connection.h"
#include "net/timeouts.h"
#include "net/tls.h"
#include "net/worker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace porthole::net {

// One worker's part of a listener: accepts connections that stay on that worker.
class Acceptor {
 public:
  Acceptor(TcpAcceptor socket,
           std::shared_ptr<const TlsContext> tls,
           std::shared_ptr<const Proxies> proxies,
           Worker& worker,
           const Timeouts& timeouts);

  // The next connection. Errors: RESOURCE_EXHAUSTED no descriptors or memory (worth another try a
  // little later); CANCELLED after Close(); UNAVAILABLE that one was gone before it was taken.
  Awaitable<absl::StatusOr<std::unique_ptr<HttpConnection>>> Accept();

  // Waits a little, for after a RESOURCE_EXHAUSTED.
  Awaitable<void> Pause();

  // For the connections from now on; on the worker's thread.
  void SetTls(std::shared_ptr<const TlsContext> tls) { tls_ = std::move(tls); }
  void Close();
  Worker& Home() const { return worker_; }

 private:
  TcpAcceptor socket_;
  std::shared_ptr<const TlsContext> tls_;
  std::shared_ptr<const Proxies> proxies_;
  Worker& worker_;
  const Timeouts& timeouts_;
};

struct ListenerSettings {
  IpAddress address;
  std::uint16_t port = 0;
  std::shared_ptr<const TlsContext> tls = nullptr;   // null: plain
  std::shared_ptr<const Proxies> proxies = nullptr;  // null: none in front
};

// A listening address, with an acceptor on every worker (SO_REUSEPORT). Opened before the workers
// run; Close() is posted to them.
class Listener {
 public:
  // Errors: ALREADY_EXISTS the port is taken; UNAVAILABLE otherwise, naming the address.
  static absl::StatusOr<std::unique_ptr<Listener>> Open(const ListenerSettings& settings,
                                                        WorkerPool& workers,
                                                        std::size_t count,
                                                        const Timeouts& timeouts);

  std::vector<std::unique_ptr<Acceptor>>& Acceptors() { return acceptors_; }
  // "127.0.0.1:8443", with the port that the system chose where it was 0.
  const std::string& Address() const { return address_; }
  std::uint16_t Port() const { return port_; }
  bool Secure() const { return tls_ != nullptr; }
  // What is served now; null: plain.
  const std::shared_ptr<const TlsContext>& Tls() const { return tls_; }

  // For the connections that every worker accepts from soon on; those that there are keep theirs.
  // Only for a listener that speaks TLS.
  void SetTls(const std::shared_ptr<const TlsContext>& tls);

  // Stops accepting, on every worker, soon.
  void Close();

 private:
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::string address_;
  std::uint16_t port_ = 0;
  std::shared_ptr<const TlsContext> tls_;
};

}  // namespace porthole::net
