#include "rfb/client_messages.h"

#include "base/byte_order.h"
#include "base/status.h"

#include <algorithm>
#include <string>
#include <utility>

namespace porthole::rfb {
namespace {

constexpr std::uint32_t kEncodingsHead = 4;
constexpr std::uint32_t kExtendedMouseButtons = static_cast<std::uint32_t>(-316);
// So many encodings are held in memory under a restriction; noVNC lists some 25.
constexpr std::uint32_t kMaxFilteredEncodings = 1024;

bool IsInput(std::uint8_t type) {
  return type == kKeyEvent || type == kPointerEvent || type == kClientCutText || type == kQemu;
}

absl::Status Broken(const std::string& what) {
  return Error(absl::StatusCode::kInvalidArgument, what);
}

}  // namespace

ClientMessages::ClientMessages(Restrictions restrictions)
    : restrictions_(restrictions), filtering_(restrictions.Any()) {}

absl::StatusOr<std::span<const std::uint8_t>> ClientMessages::Feed(Bytes arrived) {
  if (raw_) {
    input_ = input_ || !arrived.empty();
    return arrived;
  }
  passed_.clear();
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
      const std::size_t body = std::min<std::size_t>(left_, rest.size());
      TakeBody(rest.first(body));
      rest = rest.subspan(body);
      continue;
    }
    if (head_size_ == 0) {
      ApplyPending(arrived.first(arrived.size() - rest.size()));
    }
    const absl::StatusOr<std::size_t> head =
        head_size_ == 0 ? ParseHead(rest) : ParseSplitHead(rest);
    if (!head.ok()) {
      return head.status();
    }
    rest = rest.subspan(*head);
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
    } else {
      TakeBody(head);
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
  return absl::OkStatus();
}

void ClientMessages::TakeBody(Bytes bytes) {
  left_ -= static_cast<std::uint32_t>(bytes.size());
  if (type_ == kSetEncodings) {
    TakeEncodings(bytes);
  } else if (passes_) {
    Append(bytes);
  }
  if (left_ == 0) {
    EndMessage();
  }
}

void ClientMessages::TakeEncodings(Bytes bytes) {
  if (filtering_) {
    encodings_.insert(encodings_.end(), bytes.begin(), bytes.end());
  }
  for (const std::uint8_t byte : bytes) {
    encoding_ = (encoding_ << 8U) | byte;
    ++offset_;
    const bool complete = offset_ > kEncodingsHead && offset_ % 4 == 0;
    lists_extended_mouse_ =
        lists_extended_mouse_ || (complete && encoding_ == kExtendedMouseButtons);
  }
}

void ClientMessages::EndMessage() {
  ++messages_;
  if (type_ != kSetEncodings) {
    return;
  }
  extended_mouse_ = lists_extended_mouse_ && !restrictions_.Any();
  if (filtering_) {
    PassEncodings();
  }
}

// Passes the SetEncodings on, under a restriction without what it must not offer.
void ClientMessages::PassEncodings() {
  const Bytes message(encodings_);
  const std::size_t begin = passed_.size();
  Append(message.first(kEncodingsHead));
  std::uint16_t count = 0;
  for (Bytes rest = message.subspan(kEncodingsHead); !rest.empty(); rest = rest.subspan(4)) {
    if (restrictions_.Any() && LoadU32(rest) == kExtendedMouseButtons) {
      continue;
    }
    Append(rest.first(4));
    ++count;
  }
  StoreU16(count, std::span(passed_).subspan(begin + 2));
  encodings_ = {};  // it comes rarely; an idle session keeps no memory for it
}

absl::Status ClientMessages::Restrict(Restrictions restrictions) {
  if (restrictions.Any() && (raw_ || marker_passed_)) {
    return absl::FailedPreconditionError(
        "the viewer used an extension whose messages cannot be told apart any more");
  }
  pending_ = restrictions;
  return absl::OkStatus();
}

// `before`: what of this Feed() was parsed already; it passed if nothing was filtered.
void ClientMessages::ApplyPending(Bytes before) {
  if (!pending_) {
    return;
  }
  restrictions_ = *pending_;
  pending_.reset();
  if (restrictions_.Any() && !filtering_) {
    filtering_ = true;
    Append(before);
  }
}

bool ClientMessages::TookInput() {
  return std::exchange(input_, false);
}

bool ClientMessages::Restricting() const {
  return restrictions_.Any() || (pending_ && pending_->Any());
}

bool ClientMessages::Passes(std::uint8_t type) const {
  switch (type) {
    case kSetPixelFormat:
    case kSetEncodings:
    case kFramebufferUpdateRequest:
    case kEnableContinuousUpdates:
    case kClientFence:
      return true;
    case kClientCutText:
      return !restrictions_.view_only && restrictions_.clipboard_to_console;
    default:
      return !restrictions_.view_only;
  }
}

void ClientMessages::Append(Bytes bytes) {
  if (filtering_) {
    passed_.insert(passed_.end(), bytes.begin(), bytes.end());
  }
}

}  // namespace porthole::rfb
