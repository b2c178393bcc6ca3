#include "net/endpoint.h"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>

namespace porthole::net {

namespace ip = boost::asio::ip;

IpAddress FromAsio(const ip::address& address) {
  return address.is_v4() ? IpAddress::V4(address.to_v4().to_bytes())
                         : IpAddress::V6(address.to_v6().to_bytes());
}

ip::address ToAsio(const IpAddress& address) {
  if (!address.IsV4()) {
    return ip::address_v6(address.Bytes());
  }
  ip::address_v4::bytes_type four{};
  std::copy_n(address.Bytes().begin() + 12, four.size(), four.begin());
  return ip::address_v4(four);
}

std::string ToText(const ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string shown = endpoint.address().is_v6() ? "[" + host + "]" : host;
  return shown + ":" + std::to_string(endpoint.port());
}

}  // namespace porthole::net
