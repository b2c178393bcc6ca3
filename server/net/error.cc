#include "net/error.h"

#include "base/status.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/error.hpp>

#include <string>

namespace porthole::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

absl::StatusCode CodeOf(const boost::system::error_code& error) {
  if (error == asio::error::eof || error == beast::websocket::error::closed ||
      error == beast::http::error::end_of_stream) {
    return absl::StatusCode::kOutOfRange;
  }
  if (error == asio::error::operation_aborted) {
    return absl::StatusCode::kCancelled;
  }
  if (error == beast::http::error::header_limit) {
    return absl::StatusCode::kResourceExhausted;
  }
  if (error == asio::error::no_descriptors) {
    return absl::StatusCode::kResourceExhausted;
  }
  const boost::system::error_category& category = error.category();
  if (category == asio::error::get_ssl_category() ||
      category == beast::http::make_error_code(beast::http::error::end_of_stream).category() ||
      category == beast::websocket::make_error_code(beast::websocket::error::closed).category()) {
    return absl::StatusCode::kInvalidArgument;
  }
  return absl::StatusCode::kUnavailable;
}

}  // namespace

absl::Status ToStatus(const boost::system::error_code& error, std::string_view doing) {
  if (!error) {
    return absl::OkStatus();
  }
  return Error(CodeOf(error), std::string(doing) + ": " + error.message());
}

}  // namespace porthole::net
