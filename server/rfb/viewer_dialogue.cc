#include "rfb/viewer_dialogue.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/protocol_version.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace porthole::rfb {
namespace {

constexpr std::uint8_t kSecurityNone = 1;
constexpr std::array<std::uint8_t, 4> kSecurityNoneOf33{0, 0, 0, kSecurityNone};
constexpr std::array<std::uint8_t, 2> kSecurityList{1, kSecurityNone};
constexpr std::array<std::uint8_t, 4> kResultOk{0, 0, 0, 0};

net::Awaitable<absl::StatusOr<ProtocolVersion>> AgreeOnVersion(net::ByteStream& viewer) {
  const VersionMessage ours = Announce(ProtocolVersion::k38);
  absl::Status status = co_await viewer.Write(ours);
  if (!status.ok()) {
    co_return status;
  }
  VersionMessage theirs{};
  status = co_await ReadExact(viewer, theirs);
  if (!status.ok()) {
    co_return status;
  }
  co_return ChosenByViewer(theirs);
}

// From 3.7 on the viewer chooses from our list of one; only 3.8 is told the result of None.
net::Awaitable<absl::Status> OfferNone(net::ByteStream& viewer, ProtocolVersion version) {
  absl::Status status = co_await viewer.Write(kSecurityList);
  if (!status.ok()) {
    co_return status;
  }
  const absl::StatusOr<std::uint8_t> choice = co_await ReadU8(viewer);
  if (!choice.ok()) {
    co_return choice.status();
  }
  if (*choice != kSecurityNone) {
    co_return Error(
        absl::StatusCode::kInvalidArgument,
        "the viewer chose security type " + std::to_string(*choice) + ", which was not offered");
  }
  if (version == ProtocolVersion::k38) {
    status = co_await viewer.Write(kResultOk);
  }
  co_return status;
}

}  // namespace

net::Awaitable<absl::StatusOr<bool>> GreetViewer(net::ByteStream& viewer) {
  const absl::StatusOr<ProtocolVersion> version = co_await AgreeOnVersion(viewer);
  if (!version.ok()) {
    co_return version.status();
  }
  net::Awaitable<absl::Status> offering = *version == ProtocolVersion::k33
                                              ? viewer.Write(kSecurityNoneOf33)
                                              : OfferNone(viewer, *version);
  absl::Status secured = co_await std::move(offering);
  if (!secured.ok()) {
    co_return secured;
  }
  const absl::StatusOr<std::uint8_t> shared = co_await ReadU8(viewer);
  if (!shared.ok()) {
    co_return shared.status();
  }
  co_return *shared != 0;
}

net::Awaitable<absl::Status> SendServerInit(net::ByteStream& viewer, const HostGreeting& host) {
  std::vector<std::uint8_t> message(24 + host.desktop_name.size());
  const std::span<std::uint8_t> bytes(message);
  StoreU16(host.width, bytes);
  StoreU16(host.height, bytes.subspan(2));
  std::ranges::copy(host.pixel_format, bytes.subspan(4).begin());
  StoreU32(static_cast<std::uint32_t>(host.desktop_name.size()), bytes.subspan(20));
  std::ranges::copy(host.desktop_name, bytes.subspan(24).begin());
  co_return co_await viewer.Write(message);
}

}  // namespace porthole::rfb
