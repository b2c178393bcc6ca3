#include "self_test_console.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "net/deadline.h"
#include "rfb/host_dialogue.h"
#include "rfb/viewer_dialogue.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace porthole {
namespace {

using net::Awaitable;
using net::ByteStream;

constexpr std::chrono::milliseconds kMostHosting{10'000};
constexpr std::uint16_t kSide = 64;  // of the picture, in pixels
constexpr std::size_t kPictures = 3;
constexpr std::size_t kHeadBytes = 16;  // of FramebufferUpdate with one rectangle
constexpr std::uint8_t kFramebufferUpdateRequest = 3;

// FramebufferUpdateRequest (RFC 6143, section 7.5.3).
using Ask = std::array<std::uint8_t, 10>;

Ask AskFor(std::uint16_t place) {
  Ask ask{kFramebufferUpdateRequest};
  const std::span<std::uint8_t> bytes(ask);
  StoreU16(place, bytes.subspan(2));
  StoreU16(place, bytes.subspan(4));
  StoreU16(kSide, bytes.subspan(6));
  StoreU16(kSide, bytes.subspan(8));
  return ask;
}

// The FramebufferUpdate that answers `ask` (section 7.6.1): one raw rectangle, whose bytes are
// others for each place.
std::vector<std::uint8_t> PictureOf(const Ask& ask) {
  std::vector<std::uint8_t> picture(kHeadBytes + (std::size_t{kSide} * kSide * 4));
  picture[3] = 1;  // rectangles
  std::copy(ask.begin() + 2, ask.end(), picture.begin() + 4);
  std::uint32_t state = LoadU32(std::span(ask).subspan(2)) | 1U;
  for (std::uint8_t& byte : std::span(picture).subspan(kHeadBytes)) {
    state = state * 1664525U + 1013904223U;  // any that repeats itself late
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return picture;
}

rfb::HostGreeting Greeting() {
  rfb::HostGreeting greeting;
  greeting.width = 1024;
  greeting.height = 1024;
  greeting.pixel_format = {32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0};
  greeting.desktop_name = "self-test";
  return greeting;
}

// A host without a password asks for no TLS.
class NoTls final : public rfb::HostTls {
 public:
  Awaitable<absl::Status> Start(std::unique_ptr<ByteStream>& /*host*/,
                                rfb::TlsKind /*kind*/) override {
    co_return absl::AbortedError("the self-test's host has no TLS");
  }
};

Awaitable<absl::Status> SendPictures(ByteStream& viewer) {
  for (;;) {
    Ask ask{};
    absl::Status status = co_await rfb::ReadExact(viewer, ask);
    if (!status.ok()) {
      co_return status;
    }
    const std::vector<std::uint8_t> picture = PictureOf(ask);
    status = co_await viewer.Write(picture);
    if (!status.ok()) {
      co_return status;
    }
  }
}

// Why the viewer went is seen at its own end.
Awaitable<void> ShowPictures(ByteStream& viewer) {
  const absl::StatusOr<bool> greeted = co_await rfb::GreetViewer(viewer);
  if (!greeted.ok()) {
    co_return;
  }
  const rfb::HostGreeting greeting = Greeting();
  const absl::Status begun = co_await rfb::SendServerInit(viewer, greeting);
  if (begun.ok()) {
    const absl::Status over = co_await SendPictures(viewer);
  }
}

Awaitable<absl::Status> ComparePicture(ByteStream& console, std::uint16_t place) {
  const Ask ask = AskFor(place);
  absl::Status status = co_await console.Write(ask);
  if (!status.ok()) {
    co_return status;
  }
  const std::vector<std::uint8_t> sent = PictureOf(ask);
  std::vector<std::uint8_t> come(sent.size());
  status = co_await rfb::ReadExact(console, come);
  if (status.ok() && come != sent) {
    co_return absl::InvalidArgumentError("other bytes came than the host sent");
  }
  co_return status;
}

}  // namespace

Awaitable<void> PlayHost(net::Worker& worker, std::unique_ptr<ByteStream> viewer) {
  const net::Deadline deadline(worker.Clockwork(), kMostHosting, [&viewer] { viewer->Close({}); });
  co_await ShowPictures(*viewer);
  viewer->Close({});
  co_await viewer->Closed();
}

Awaitable<absl::Status> PlayViewer(std::unique_ptr<ByteStream>& console) {
  NoTls tls;
  const rfb::HostAccess access{
      .credentials = {}, .rules = {.enabled = {"None"}, .host_key_sha256 = ""}, .tls = tls};
  const absl::StatusOr<rfb::HostGreeting> greeting = co_await rfb::GreetHost(console, access);
  if (!greeting.ok()) {
    co_return Annotate(greeting.status(), "RFB handshake");
  }
  if (greeting->desktop_name != Greeting().desktop_name) {
    co_return absl::InvalidArgumentError("RFB handshake: another host's name came");
  }
  for (std::size_t i = 0; i < kPictures; ++i) {
    const absl::Status compared =
        co_await ComparePicture(*console, static_cast<std::uint16_t>(i * kSide));
    if (!compared.ok()) {
      co_return Annotate(compared, "a picture");
    }
  }
  co_return absl::OkStatus();
}

}  // namespace porthole
