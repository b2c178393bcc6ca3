#include "net/listening.h"

#include "base/status.h"
#include "net/endpoint.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <string>

namespace porthole::net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

error_code OpenForListening(TcpAcceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error && endpoint.protocol() == tcp::v6()) {
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  if (!error) {
    acceptor.set_option(TcpAcceptor::reuse_address(true), error);
  }
  return error;
}

absl::Status ListenError(const tcp::endpoint& endpoint, const error_code& error) {
  const std::string where = "cannot listen on " + ToText(endpoint) + ": ";
  if (error == asio::error::address_in_use) {
    return Error(absl::StatusCode::kAlreadyExists, where + "the port is taken by another process");
  }
  return Error(absl::StatusCode::kUnavailable, where + error.message());
}

}  // namespace porthole::net
