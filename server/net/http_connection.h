#pragma once

#include "base/ip_address.h"
#include "net/byte_stream.h"
#include "net/http.h"
#include "net/proxies.h"
#include "net/timeouts.h"
#include "net/tls.h"
#include "net/worker.h"

#include <memory>
#include <string>

namespace porthole::net {

// One accepted connection from its first byte. Belongs to one coroutine on one worker.
class HttpConnection {
 public:
  HttpConnection() = default;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;
  virtual ~HttpConnection() = default;

  // The TCP peer, or once Introduce() succeeded whom its PROXY header names.
  virtual const IpAddress& Peer() const = 0;

  // The proxies in front of the listener; null: none. Lives as long as the connection.
  virtual const Proxies* TrustedProxies() const = 0;

  // Reads the PROXY header, where the listener expects one; before anything else.
  // Errors: PERMISSION_DENIED the TCP peer is none of its proxies; INVALID_ARGUMENT no header, or a
  // malformed one; DEADLINE_EXCEEDED after timeouts.http_header, else as ByteStream's.
  virtual Awaitable<absl::Status> Introduce() = 0;
  virtual TransportFacts Facts() const = 0;
  virtual Worker& Home() const = 0;

  // Whether it got one of the last descriptors of the process, which are kept for telling people
  // so.
  virtual bool OnLastDescriptors() = 0;

  // TLS, where the listener has it; nothing otherwise.
  // Errors: DEADLINE_EXCEEDED after timeouts.tls_handshake, else as ByteStream's.
  virtual Awaitable<absl::Status> Handshake() = 0;

  // The next request's head, at most 16 KiB. Errors: OUT_OF_RANGE the other side is done;
  // INVALID_ARGUMENT malformed; RESOURCE_EXHAUSTED too large; DEADLINE_EXCEEDED too slow.
  virtual Awaitable<absl::StatusOr<HttpRequest>> ReadRequest() = 0;

  // Answers the last request. With `keep`, another may follow.
  // Errors: as ByteStream's; DEADLINE_EXCEEDED when the other side does not read.
  virtual Awaitable<absl::Status> Respond(HttpResponse response, bool keep) = 0;

  // Whether the last request's sender is willing to send another one here.
  virtual bool KeepAlive() const = 0;

  // Answers the last request, whose upgrade must be kValid, with 101, which goes out together with
  // the stream's first message, or before its first wait. Empty `subprotocol`: none. Nothing but
  // Finish() may be called afterwards.
  virtual std::unique_ptr<ByteStream> Upgrade(const std::string& subprotocol) = 0;

  // Says good-bye and closes: what was answered is read by the other side before a reset could
  // take it away.
  virtual Awaitable<Closing> Finish() = 0;
};

}  // namespace porthole::net
