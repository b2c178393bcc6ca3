#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/client_messages.h"
#include "rfb/clipboard.h"
#include "rfb/encodings.h"

#include <algorithm>
#include <string>
#include <utility>

// What becomes of a client message whose length is known.

namespace porthole::rfb {
namespace {

constexpr std::uint32_t kEncodingsHead = 4;

absl::Status Broken(const std::string& what) {
  return Error(absl::StatusCode::kInvalidArgument, what);
}

}  // namespace

// Without a restriction a clipboard message passes as it comes, with one when its head is known.
void ClientMessages::BeginCutText(Bytes start) {
  undecided_ = passes_ && filtering_;
  if (undecided_ && CutTextHeadNeeded(start) == kCutTextHead) {
    undecided_ = false;
    passes_ = MayPass(CutTextFrom::kViewer, start, restrictions_);
  }
}

absl::Status ClientMessages::TakeBody(Bytes bytes) {
  if (offset_ < noted_.size()) {
    const std::size_t noted = std::min<std::size_t>(noted_.size() - offset_, bytes.size());
    std::ranges::copy(bytes.first(noted), noted_.begin() + offset_);
  }
  left_ -= static_cast<std::uint32_t>(bytes.size());
  if (type_ == kSetEncodings) {
    TakeEncodings(bytes);
  } else {
    const std::uint32_t before =
        std::exchange(offset_, offset_ + static_cast<std::uint32_t>(bytes.size()));
    if (undecided_) {
      TakeCutTextHead(
          bytes.subspan(std::min<std::size_t>(bytes.size(), kExtendedCutTextHead - before)));
    } else if (passes_) {
      Append(bytes);
    }
  }
  return left_ == 0 ? EndMessage() : absl::OkStatus();
}

// `behind`: what arrived after the head, once that is complete.
void ClientMessages::TakeCutTextHead(Bytes behind) {
  if (offset_ < kExtendedCutTextHead) {
    return;
  }
  undecided_ = false;
  const Bytes head = Bytes(noted_).first(kExtendedCutTextHead);
  passes_ = MayPass(CutTextFrom::kViewer, head, restrictions_);
  if (passes_) {
    Append(head);
    Append(behind);
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
        lists_extended_mouse_ ||
        (complete && static_cast<std::int32_t>(encoding_) == kExtendedMouseButtons);
  }
}

absl::Status ClientMessages::EndMessage() {
  ++messages_;
  switch (type_) {
    case kSetPixelFormat:
      return EndPixelFormat();
    case kSetEncodings:
      EndEncodings();
      break;
    case kFramebufferUpdateRequest:
    case kEnableContinuousUpdates:
      asked_ = true;
      break;
    default:
      NoteInput();
      break;
  }
  return absl::OkStatus();
}

// What went to the host is remembered, for the day when it must be let go.
void ClientMessages::NoteInput() {
  if (!passes_) {
    return;
  }
  switch (type_) {
    case kKeyEvent:
      held_.NoteKey(noted_);
      break;
    case kPointerEvent:
      held_.NotePointer(noted_);
      break;
    case kQemu:
      held_.NoteQemuKey(noted_);
      break;
    default:
      break;
  }
}

absl::Status ClientMessages::EndPixelFormat() {
  if (!follow_) {
    return absl::OkStatus();
  }
  const std::optional<PixelSizes> sizes = SizesOf(Bytes(noted_).subspan(4));
  if (!sizes.has_value()) {
    return Broken("a SetPixelFormat whose pixels have " + std::to_string(noted_[4]) + " bits");
  }
  if (asked_ && *sizes != sizes_) {
    return Broken(
        "a SetPixelFormat with pixels of another size, in a session whose clipboard is restricted");
  }
  sizes_ = *sizes;
  new_sizes_ = true;
  return absl::OkStatus();
}

void ClientMessages::EndEncodings() {
  extended_mouse_ =
      lists_extended_mouse_ && MayOffer(kExtendedMouseButtons, restrictions_, follow_);
  if (filtering_) {
    PassEncodings();
  }
}

// Passes the SetEncodings on without what it must not offer.
void ClientMessages::PassEncodings() {
  const Bytes message(encodings_);
  const std::size_t begin = passed_.size();
  Append(message.first(kEncodingsHead));
  std::uint16_t count = 0;
  for (Bytes rest = message.subspan(kEncodingsHead); !rest.empty(); rest = rest.subspan(4)) {
    if (!MayOffer(static_cast<std::int32_t>(LoadU32(rest)), restrictions_, follow_)) {
      continue;
    }
    Append(rest.first(4));
    ++count;
  }
  StoreU16(count, std::span(passed_).subspan(begin + 2));
  encodings_ = {};  // it comes rarely; an idle session keeps no memory for it
}

}  // namespace porthole::rfb
