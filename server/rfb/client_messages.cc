#include "rfb/client_messages.h"

#include "base/status.h"
#include "rfb/clipboard.h"

#include <algorithm>
#include <string>
#include <utility>

namespace porthole::rfb {
namespace {

constexpr std::uint32_t kEncodingsHead = 4;
// So many encodings are held in memory under a restriction; noVNC lists some 25.
constexpr std::uint32_t kMaxFilteredEncodings = 1024;

bool IsInput(std::uint8_t type) {
  return type == kKeyEvent || type == kPointerEvent || type == kClientCutText || type == kQemu;
}

absl::Status Broken(const std::string& what) {
  return Error(absl::StatusCode::kInvalidArgument, what);
}

}  // namespace

ClientMessages::ClientMessages(Restrictions restrictions, FollowHost follow)
    : restrictions_(restrictions),
      follow_(follow == FollowHost::kYes),
      filtering_(restrictions.Any() || follow_) {}

absl::StatusOr<std::span<const std::uint8_t>> ClientMessages::Feed(Bytes arrived) {
  if (raw_) {
    input_ = input_ || !arrived.empty();
    return arrived;
  }
  passed_.clear();
  Append(std::exchange(owed_, {}));
  if (failed_.ok()) {
    failed_ = Parse(arrived);
  }
  if (!failed_.ok()) {
    return failed_;
  }
  return filtering_ ? Bytes(passed_) : arrived;
}

absl::Status ClientMessages::Parse(Bytes arrived) {
  Bytes rest = arrived;
  while (!rest.empty() && !raw_) {
    if (left_ > 0) {
      const Bytes body = rest.first(std::min<std::size_t>(left_, rest.size()));
      rest = rest.subspan(body.size());
      absl::Status taken = TakeBody(body);
      if (!taken.ok()) {
        return taken;
      }
      continue;
    }
    if (head_size_ == 0) {
      ApplyPending(arrived.first(arrived.size() - rest.size()), passed_);
    }
    const absl::StatusOr<std::size_t> head =
        head_size_ == 0 ? ParseHead(rest) : ParseSplitHead(rest);
    if (!head.ok()) {
      return head.status();
    }
    rest = rest.subspan(*head);
  }
  if (left_ == 0 && head_size_ == 0 && !raw_) {
    ApplyPending(arrived, passed_);  // the viewer may say nothing more for a while
  }
  Append(rest);  // what an unknown type left
  return absl::OkStatus();
}

// The usual case: the head stands in what arrived and is taken with the body.
absl::StatusOr<std::size_t> ClientMessages::ParseHead(Bytes rest) {
  const MessageLength message = MeasureMessage(rest, extended_mouse_);
  if (message.kind == MessageLength::Kind::kNeedsMore) {
    std::ranges::copy(rest, head_.begin());
    head_size_ = static_cast<std::uint8_t>(rest.size());
    return rest.size();
  }
  absl::Status begun = Begin(rest, message);
  if (!begun.ok()) {
    return begun;
  }
  return 0;
}

// The head came in pieces: collects until it tells the length.
absl::StatusOr<std::size_t> ClientMessages::ParseSplitHead(Bytes rest) {
  for (std::size_t used = 1; used <= rest.size(); ++used) {
    head_[head_size_++] = rest[used - 1];
    const Bytes head = Bytes(head_).first(head_size_);
    const MessageLength message = MeasureMessage(head, extended_mouse_);
    if (message.kind == MessageLength::Kind::kNeedsMore) {
      continue;
    }
    head_size_ = 0;
    absl::Status begun = Begin(head, message);
    if (!begun.ok()) {
      return begun;
    }
    if (raw_) {
      Append(head);
      return used;
    }
    absl::Status taken = TakeBody(head);
    if (!taken.ok()) {
      return taken;
    }
    return used;
  }
  return rest.size();
}

absl::Status ClientMessages::Begin(Bytes start, MessageLength message) {
  switch (message.kind) {
    case MessageLength::Kind::kCutTextTooLong:
      return Broken("a ClientCutText longer than " + std::to_string(kMaxCutText) + " bytes");
    case MessageLength::Kind::kFenceTooLong:
      return Broken("a ClientFence with " + std::to_string(start[8]) +
                    " bytes of payload; at most " + std::to_string(kMaxFencePayload) +
                    " are allowed");
    case MessageLength::Kind::kNeedsMore:
    case MessageLength::Kind::kUnknownType:
      return BeginUnknown(start);
    case MessageLength::Kind::kKnown:
      break;
  }
  type_ = start[0];
  left_ = message.bytes;
  passes_ = Passes(type_);
  input_ = input_ || IsInput(type_);
  offset_ = 0;
  lists_extended_mouse_ = false;
  if (type_ == kPointerEvent) {
    return BeginPointerEvent(start[1]);
  }
  if (type_ == kClientCutText) {
    BeginCutText(start);
  }
  if (type_ == kSetEncodings && filtering_ && left_ > kEncodingsHead + 4 * kMaxFilteredEncodings) {
    return Broken("a SetEncodings with more than " + std::to_string(kMaxFilteredEncodings) +
                  " encodings");
  }
  return absl::OkStatus();
}

absl::Status ClientMessages::BeginPointerEvent(std::uint8_t mask) {
  if ((mask & kExtendedMouseMarker) == 0) {
    return absl::OkStatus();
  }
  if (!Restricting()) {
    marker_passed_ = true;
    return absl::OkStatus();
  }
  // What is dropped cannot mislead the host, whatever its length.
  if (extended_mouse_ && !passes_) {
    return absl::OkStatus();
  }
  return Broken(
      "a PointerEvent of ExtendedMouseButtons, which a restricted session does not offer");
}

absl::Status ClientMessages::BeginUnknown(Bytes start) {
  if (Restricting()) {
    return Broken("a client message of unknown type " + std::to_string(start[0]) +
                  " in a restricted session");
  }
  raw_ = true;
  input_ = true;
  pending_.reset();  // it restricts nothing, nor does what is in force
  return absl::OkStatus();
}

bool ClientMessages::Passes(std::uint8_t type) const {
  switch (type) {
    case kSetPixelFormat:
    case kSetEncodings:
    case kFramebufferUpdateRequest:
    case kEnableContinuousUpdates:
    case kClientFence:
      return true;
    default:
      return !restrictions_.view_only;
  }
}

bool ClientMessages::TookInput() {
  return std::exchange(input_, false);
}

void ClientMessages::Append(Bytes bytes) {
  if (filtering_) {
    passed_.insert(passed_.end(), bytes.begin(), bytes.end());
  }
}

}  // namespace porthole::rfb
