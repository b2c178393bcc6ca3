#include "rfb/host_messages.h"

#include "base/byte_order.h"
#include "base/status.h"
#include "rfb/encodings.h"
#include "rfb/message_length.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace porthole::rfb {
namespace {

// Host message types (RFC 6143, section 7.6, and IANA's registry).
enum HostMessageType : std::uint8_t {
  kFramebufferUpdate = 0,
  kSetColourMapEntries = 1,
  kBell = 2,
  kServerCutText = 3,
  kEndOfContinuousUpdates = 150,
  kServerFence = 248,
  kServerXvp = 250,
};

constexpr std::size_t kRectangleHead = 12;

absl::Status Broken(const std::string& what) {
  return Error(absl::StatusCode::kInvalidArgument, what);
}

}  // namespace

absl::StatusOr<std::span<const std::uint8_t>> HostMessages::Feed(std::span<std::uint8_t> room) {
  // What was held back in an earlier call comes out before what arrived now.
  std::uint8_t* const begin = room.data() + (kHeadroom - (holding_ ? field_size_ : 0U));
  out_ = begin;
  Bytes rest = Bytes(room).subspan(kHeadroom);
  while (failed_.ok() && !rest.empty()) {
    if (skip_ > 0) {
      const std::size_t skipped = std::min<std::uint64_t>(skip_, rest.size());
      skip_ -= skipped;
      if (passes_) {
        Pass(rest.first(skipped));
      }
      rest = rest.subspan(skipped);
      if (skip_ == 0 && field_wanted_ == 0) {
        failed_ = EndPart();
      }
      continue;
    }
    rest = rest.subspan(TakeField(rest));
    if (field_size_ == field_wanted_) {
      failed_ = FieldComplete();
    }
  }
  if (!failed_.ok()) {
    return failed_;
  }
  return Bytes(begin, out_);
}

std::size_t HostMessages::TakeField(Bytes rest) {
  const std::size_t taken =
      std::min<std::size_t>(static_cast<std::size_t>(field_wanted_ - field_size_), rest.size());
  // Held back from its first byte on: a message's type tells whether it may have to be.
  holding_ = holding_ || (wants_ == Wants::kType && rest[0] == kServerCutText);
  std::ranges::copy(rest.first(taken), field_.begin() + field_size_);
  field_size_ = static_cast<std::uint8_t>(field_size_ + taken);
  if (!holding_) {
    Pass(rest.first(taken));
  }
  return taken;
}

absl::Status HostMessages::FieldComplete() {
  const Bytes field = Bytes(field_).first(field_size_);
  switch (wants_) {
    case Wants::kType:
      return BeginMessage();
    case Wants::kUpdateHead:
      rectangles_left_ = LoadU16(field.subspan(1));
      Want(Wants::kRectangleHead, kRectangleHead);
      return rectangles_left_ == 0 ? EndPart() : absl::OkStatus();
    case Wants::kRectangleHead:
      return BeginRectangle();
    case Wants::kRectangleBody:
      return Follow(body_.Next(field));
    case Wants::kColours:
      SkipToEnd(std::uint64_t{6} * LoadU16(field.subspan(3)));
      break;
    case Wants::kFence:
      if (field[7] > kMaxFencePayload) {
        return Broken("the host sent a fence with " + std::to_string(field[7]) + " bytes");
      }
      SkipToEnd(field[7]);
      break;
    case Wants::kCutText:
    case Wants::kCutTextFlags:
      return CutTextHead();
    case Wants::kRest:
      SkipToEnd(0);
      break;
  }
  return skip_ == 0 && field_wanted_ == 0 ? EndPart() : absl::OkStatus();
}

absl::Status HostMessages::BeginMessage() {
  switch (field_[0]) {
    case kFramebufferUpdate:
      Want(Wants::kUpdateHead, 3);
      break;
    case kSetColourMapEntries:
      Want(Wants::kColours, 5);
      break;
    case kServerFence:
      Want(Wants::kFence, 8);
      break;
    case kServerXvp:
      Want(Wants::kRest, 3);
      break;
    case kBell:
    case kEndOfContinuousUpdates:
      Want(Wants::kType, 1);
      break;
    case kServerCutText:
      // Goes on in the same field, which holds the message's beginning.
      wants_ = Wants::kCutText;
      field_wanted_ = kCutTextHead;
      break;
    default:
      return Broken("the host sent a message of type " + std::to_string(field_[0]) +
                    ", which was not asked for");
  }
  return absl::OkStatus();
}

absl::Status HostMessages::BeginRectangle() {
  const Bytes field(field_);
  const Rectangle rectangle{.width = LoadU16(field.subspan(4)),
                            .height = LoadU16(field.subspan(6)),
                            .encoding = static_cast<std::int32_t>(LoadU32(field.subspan(8)))};
  if (rectangle.encoding == kLastRect) {
    rectangles_left_ = 1;
    return EndPart();
  }
  wants_ = Wants::kRectangleBody;
  return Follow(body_.Begin(rectangle, sizes_));
}

absl::Status HostMessages::Follow(RectangleBody::Step step) {
  if (step.broken) {
    return Broken("the host sent a rectangle whose end cannot be found");
  }
  Want(Wants::kRectangleBody, step.collect);
  skip_ = step.skip;
  return skip_ == 0 && field_wanted_ == 0 ? EndPart() : absl::OkStatus();
}

// A message, or one rectangle of it, is over.
absl::Status HostMessages::EndPart() {
  const bool in_update = wants_ == Wants::kRectangleHead || wants_ == Wants::kRectangleBody;
  if (in_update && rectangles_left_ > 1) {
    --rectangles_left_;
    Want(Wants::kRectangleHead, kRectangleHead);
    return absl::OkStatus();
  }
  passes_ = true;
  Want(Wants::kType, 1);
  return absl::OkStatus();
}

absl::Status HostMessages::CutTextHead() {
  const Bytes head = Bytes(field_).first(field_size_);
  if (CutTextSize(head) > kMaxCutText) {
    return Broken("the host sent a clipboard text longer than " + std::to_string(kMaxCutText) +
                  " bytes");
  }
  const std::size_t needed = CutTextHeadNeeded(head);
  if (head.size() < needed) {
    wants_ = Wants::kCutTextFlags;
    field_wanted_ = static_cast<std::uint8_t>(needed);
    return absl::OkStatus();
  }
  holding_ = false;
  passes_ = MayPass(CutTextFrom::kHost, head, restrictions_);
  if (passes_) {
    Pass(head);
  }
  SkipToEnd(CutTextSize(head) - (needed - kCutTextHead));
  return skip_ == 0 ? EndPart() : absl::OkStatus();
}

void HostMessages::Want(Wants wants, std::size_t field_bytes) {
  wants_ = wants;
  field_size_ = 0;
  field_wanted_ = static_cast<std::uint8_t>(field_bytes);
}

void HostMessages::SkipToEnd(std::uint64_t bytes) {
  Want(Wants::kRest, 0);
  skip_ = bytes;
}

// In its place unless something before it was dropped or held.
void HostMessages::Pass(Bytes bytes) {
  if (out_ != bytes.data()) {
    std::memmove(out_, bytes.data(), bytes.size());
  }
  out_ += bytes.size();
}

}  // namespace porthole::rfb
