#include "rfb/client_messages.h"
#include "rfb/host_messages.h"
#include "tests/bench/micro/pieces.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace porthole::bench {
namespace {

using Bytes = std::vector<std::uint8_t>;

void Append(Bytes& to, const Bytes& bytes, std::size_t filling = 0) {
  to.insert(to.end(), bytes.begin(), bytes.end());
  to.resize(to.size() + filling, 0x5A);
}

// What somebody who types and points sends: 100 times a key down and up, a pointer, a request.
Bytes ViewerBytes() {
  Bytes all;
  for (int i = 0; i < 100; ++i) {
    Append(all, {4, 1, 0, 0, 0, 0, 0, 0x61});
    Append(all, {4, 0, 0, 0, 0, 0, 0, 0x61});
    Append(all, {5, 0, 0, 100, 0, 200});
    Append(all, {3, 1, 0, 0, 0, 0, 4, 0, 3, 0});
  }
  return all;
}

// Ten times an update of Raw, CopyRect and ZRLE, a bell and a clipboard text, behind the room that
// Feed() wants in front.
Bytes HostBytes() {
  Bytes all(rfb::HostMessages::kHeadroom);
  for (int i = 0; i < 10; ++i) {
    Append(all, {0, 0, 0, 3});
    Append(all, {0, 0, 0, 0, 0, 16, 0, 16, 0, 0, 0, 0}, std::size_t{16} * 16 * 4);
    Append(all, {0, 0, 0, 0, 0, 16, 0, 16, 0, 0, 0, 1}, 4);
    Append(all, {0, 0, 0, 0, 0, 64, 0, 64, 0, 0, 0, 16, 0, 0, 1, 0}, 256);
    Append(all, {2});
    Append(all, {3, 0, 0, 0, 0, 0, 0, 20}, 20);
  }
  return all;
}

Piece FromViewer(const char* name, const rfb::Restrictions& restrictions) {
  const auto bytes = std::make_shared<const Bytes>(ViewerBytes());
  return {name, [bytes, restrictions] {
            rfb::ClientMessages messages(restrictions);
            const auto passed = messages.Feed(*bytes);
            Expect(passed.ok() && messages.Messages() == 400, "a viewer's messages were refused");
            Keep(passed->data());
          }};
}

}  // namespace

std::vector<Piece> RfbPieces() {
  const Bytes arrived = HostBytes();
  // A text is taken out where it must not pass, and what follows moves: the buffer is used once.
  const auto room = std::make_shared<Bytes>();
  const auto from_host = [arrived, room](const rfb::Restrictions& restrictions) {
    *room = arrived;
    rfb::HostMessages messages(restrictions, {});
    const auto passed = messages.Feed(*room);
    Expect(passed.ok() && !passed->empty(), "a host's messages were refused");
    Keep(passed->data());
  };
  return {
      FromViewer("viewer_messages", {}),
      FromViewer("viewer_messages_view_only", {.view_only = true}),
      {"host_messages", [from_host] { from_host({}); }},
      {"host_messages_no_clipboard", [from_host] { from_host({.clipboard_from_console = false}); }},
  };
}

}  // namespace porthole::bench
