#include "rfb/host_dialogue.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/clean_text.h"
#include "rfb/failed_type.h"
#include "rfb/host_security.h"
#include "rfb/protocol_version.h"
#include "rfb/security/tight.h"
#include "rfb/wire.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace porthole::rfb {
namespace {

constexpr std::size_t kMaxNameBytes = std::size_t{64} * 1024;
constexpr std::uint8_t kShared = 1;

net::Awaitable<absl::StatusOr<ProtocolVersion>> AgreeOnVersion(net::ByteStream& host) {
  VersionMessage message{};
  // Four bytes first: what speaks another protocol is named at once, and need not send twelve.
  const std::span<std::uint8_t> start = std::span(message).first(4);
  absl::Status read = co_await ReadExact(host, start);
  if (!read.ok()) {
    co_return read;
  }
  if (!BeginsVersion(start)) {
    co_return Error(absl::StatusCode::kInvalidArgument,
                    "the host does not speak RFB; it began with \"" + CleanText(start) + "\"");
  }
  read = co_await ReadExact(host, std::span(message).subspan(4));
  if (!read.ok()) {
    co_return read;
  }
  const absl::StatusOr<ProtocolVersion> version = AnswerToHost(message);
  if (!version.ok()) {
    co_return version.status();
  }
  const VersionMessage answer = Announce(*version);
  absl::Status written = co_await host.Write(answer);
  if (!written.ok()) {
    co_return written;
  }
  co_return *version;
}

net::Awaitable<absl::StatusOr<HostGreeting>> Initialise(net::ByteStream& host) {
  absl::Status status = co_await WriteU8(host, kShared);
  if (!status.ok()) {
    co_return status;
  }
  std::array<std::uint8_t, 24> head{};
  status = co_await ReadExact(host, head);
  if (!status.ok()) {
    co_return status;
  }
  const std::span<const std::uint8_t> bytes(head);
  absl::StatusOr<std::string> name =
      co_await ReadTextOf(host, LoadU32(bytes.subspan(20)), kMaxNameBytes, "a desktop name");
  if (!name.ok()) {
    co_return name.status();
  }
  HostGreeting greeting;
  greeting.width = LoadU16(bytes);
  greeting.height = LoadU16(bytes.subspan(2));
  std::ranges::copy(bytes.subspan(4, 16), greeting.pixel_format.begin());
  greeting.desktop_name = *std::move(name);
  co_return greeting;
}

}  // namespace

net::Awaitable<absl::StatusOr<HostGreeting>> GreetHost(std::unique_ptr<net::ByteStream>& host,
                                                       const HostAccess& access) {
  const absl::StatusOr<ProtocolVersion> version = co_await AgreeOnVersion(*host);
  if (!version.ok()) {
    co_return Annotate(version.status(), "ProtocolVersion");
  }
  absl::StatusOr<Identified> security = co_await IdentifyAtHost(host, *version, access);
  if (!security.ok()) {
    co_return Annotate(security.status(), "security");
  }
  absl::StatusOr<HostGreeting> greeting = co_await Initialise(*host);
  if (!greeting.ok()) {
    co_return AtType(Annotate(greeting.status(), "ServerInit"), security->security_type);
  }
  if (security->by_tight) {
    if (const absl::Status skipped = co_await SkipTightCapabilities(*host); !skipped.ok()) {
      co_return AtType(Annotate(skipped, "what follows ServerInit"), security->security_type);
    }
  }
  greeting->protocol_version = Name(*version);
  greeting->security_type = std::move(security->security_type);
  co_return greeting;
}

}  // namespace porthole::rfb
