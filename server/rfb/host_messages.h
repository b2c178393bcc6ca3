#pragma once

#include "rfb/clipboard.h"
#include "rfb/pixel_sizes.h"
#include "rfb/rectangle_body.h"
#include "rfb/restrictions.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace porthole::rfb {

// Follows the messages that a host sends after ServerInit (RFC 6143, section 7.6), however they are
// cut, and takes out the clipboard texts that must not reach the viewer. Streams: holds no
// rectangle, allocates nothing. Only for sessions whose viewer's SetEncodings offers nothing but
// what CanFollow(); the others' bytes are nobody's business. No I/O; one session, one thread.
class HostMessages {
 public:
  // Room that Feed() needs before what arrived: a message's head may have to be held back until it
  // is clear whether it passes.
  static constexpr std::size_t kHeadroom = kExtendedCutTextHead;

  // `sizes`: of the pixel format in ServerInit.
  HostMessages(Restrictions restrictions, PixelSizes sizes)
      : restrictions_(restrictions), sizes_(sizes) {}

  // `room`: kHeadroom bytes of any content, then what arrived. Returns what is for the viewer, a
  // part of `room` and possibly empty. After an error every further call returns it again.
  // Errors: INVALID_ARGUMENT the host sent something whose end cannot be found.
  absl::StatusOr<std::span<const std::uint8_t>> Feed(std::span<std::uint8_t> room);

  // From the next message on.
  void Restrict(Restrictions restrictions) { restrictions_ = restrictions; }
  // From the next rectangle on; see ClientMessages::TakePixelSizes().
  void SetPixelSizes(PixelSizes sizes) { sizes_ = sizes; }

 private:
  using Bytes = std::span<const std::uint8_t>;

  enum class Wants : std::uint8_t {
    kType,
    kUpdateHead,
    kRectangleHead,
    kRectangleBody,
    kColours,
    kFence,
    kCutText,
    kCutTextFlags,
    kRest,  // of a message whose end is known
  };

  std::size_t TakeField(Bytes rest);
  absl::Status FieldComplete();
  absl::Status BeginMessage();
  absl::Status BeginRectangle();
  absl::Status Follow(RectangleBody::Step step);
  absl::Status EndPart();
  absl::Status CutTextHead();
  void Want(Wants wants, std::size_t field_bytes);
  void SkipToEnd(std::uint64_t bytes);
  void Pass(Bytes bytes);

  Restrictions restrictions_;
  PixelSizes sizes_;
  RectangleBody body_;
  Wants wants_ = Wants::kType;
  bool holding_ = false;  // what is collected may yet be dropped
  bool passes_ = true;    // whether the current message does, once that is known
  std::uint8_t field_size_ = 0;
  std::uint8_t field_wanted_ = 1;
  std::array<std::uint8_t, kExtendedCutTextHead> field_{};
  std::uint64_t skip_ = 0;  // bytes to let pass or drop before the field is collected
  std::uint32_t rectangles_left_ = 0;
  std::uint8_t* out_ = nullptr;  // during Feed(): where the next passing byte goes
  absl::Status failed_;
};

}  // namespace porthole::rfb
