#include "net/tcp_life.h"

// The kernel's own header has the newer counters; glibc's <netinet/tcp.h>, which Asio includes,
// collides with it, so this file stands alone.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace porthole::net {

std::uint64_t BytesHeard(int descriptor) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
    return 0;
  }
  return info.tcpi_bytes_received + info.tcpi_bytes_acked;
}

}  // namespace porthole::net
