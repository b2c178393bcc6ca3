#pragma once

#include "rfb/held_input.h"
#include "rfb/message_length.h"
#include "rfb/pixel_sizes.h"
#include "rfb/restrictions.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace porthole::rfb {

// Whether the host's messages are followed, too (HostMessages).
enum class FollowHost : std::uint8_t { kNo, kYes };

// Follows the messages that a viewer sends after ClientInit (RFC 6143, section 7.5, and the
// extensions that noVNC speaks), however they are cut, and holds back what is restricted. No I/O;
// one session, one thread.
//
// Without restrictions it counts and passes: no copy, no allocation, and from an unknown message
// type on it only passes (Raw()). With restrictions
// - `view_only` passes SetPixelFormat, SetEncodings, FramebufferUpdateRequest,
//   EnableContinuousUpdates and ClientFence, and drops the rest; when it begins, what the viewer
//   holds down is let go (HeldInput::Release());
// - clipboard messages pass as clipboard.h has it;
// - an unknown type is an error, since nobody knows where the next message begins;
// - ExtendedMouseButtons (-316) is taken out of SetEncodings, and a PointerEvent with bit 7 of its
//   mask is an error, since its length would be a guess. In a view-only session that was restricted
//   after the host had seen -316 it is dropped with its 7 bytes.
//
// Where the host's messages are followed, SetEncodings is cut down to what CanFollow(), and a pixel
// of another size is an error once pictures were asked for: the ones on their way would have sizes
// that nobody knows.
class ClientMessages {
 public:
  explicit ClientMessages(Restrictions restrictions, FollowHost follow = FollowHost::kNo);

  // The sizes of the pixel format in ServerInit, before the first Feed(); where the host is
  // followed.
  void SetPixelSizes(PixelSizes sizes) { sizes_ = sizes; }

  // Takes the bytes that arrived and returns those for the host: the very same span where nothing
  // restricts, else a view of memory of this object; either is valid until the next call. What is
  // returned may be empty. After an error every further call returns it again.
  // Errors: INVALID_ARGUMENT the viewer breaks the protocol, or as above.
  absl::StatusOr<std::span<const std::uint8_t>> Feed(std::span<const std::uint8_t> arrived);

  // Whether input (key, pointer, clipboard; any byte once Raw()) arrived since last asked, passed
  // on or not.
  bool TookInput();

  // Complete messages seen, passed on or not.
  std::uint64_t Messages() const { return messages_; }

  // Whether an unknown message type ended the parsing.
  bool Raw() const { return raw_; }

  // Puts other restrictions in force: at once between two messages, else when the one that the host
  // saw the beginning of is over; see InForce(). Errors, and nothing changes: FAILED_PRECONDITION
  // to restrict when Raw(), when a PointerEvent with bit 7 went to the host (from then on the host
  // may see other message borders than this parser, and what looks harmless here could be input),
  // when more keys are held than can be let go, or to close the way from the console where the host
  // is not followed.
  absl::Status Restrict(Restrictions restrictions);
  bool InForce() const { return !pending_.has_value(); }

  // What Restrict() owes the host at once: to be sent before anything else. What is not taken comes
  // with the next Feed().
  std::vector<std::uint8_t> TakeOwed();

  // New sizes of pixels that the viewer asked for, once, for HostMessages; where the host is
  // followed.
  std::optional<PixelSizes> TakePixelSizes();

 private:
  using Bytes = std::span<const std::uint8_t>;

  // The longest message that is looked into: SetPixelFormat.
  static constexpr std::size_t kLongestNoted = 20;

  // Parse until `arrived` is used up or parsing has ended.
  absl::Status Parse(Bytes arrived);
  absl::Status ParseBody(Bytes body);
  absl::StatusOr<std::size_t> ParseHead(Bytes rest);
  absl::StatusOr<std::size_t> ParseSplitHead(Bytes rest);
  // What to do with a message once its length is known, or never will be.
  absl::Status Begin(Bytes start, MessageLength message);
  absl::Status BeginPointerEvent(std::uint8_t mask);
  absl::Status BeginUnknown(Bytes start);
  void BeginCutText(Bytes start);
  absl::Status TakeBody(Bytes bytes);
  void TakeCutTextHead(Bytes behind);
  void TakeEncodings(Bytes bytes);
  absl::Status EndMessage();
  void NoteInput();
  absl::Status EndPixelFormat();
  void EndEncodings();
  void PassEncodings();

  absl::Status CheckRestrict(const Restrictions& restrictions) const;
  void ApplyPending(Bytes before, std::vector<std::uint8_t>& out);
  bool Restricting() const;
  bool Passes(std::uint8_t type) const;
  void Append(Bytes bytes);

  Restrictions restrictions_;
  const bool follow_;
  std::optional<Restrictions> pending_;  // from the next message on
  // Whether bytes are held until it is clear whether they pass. Never ends once begun.
  bool filtering_ = false;
  bool raw_ = false;
  bool input_ = false;
  bool passes_ = true;                 // whether the current message does
  bool undecided_ = false;             // whether that is not known yet: its head is in noted_
  bool lists_extended_mouse_ = false;  // whether the SetEncodings being read has -316
  bool extended_mouse_ = false;        // whether the last one that went to the host has
  bool marker_passed_ = false;         // a PointerEvent with bit 7 went to the host
  bool asked_ = false;                 // pictures were asked for
  std::uint8_t type_ = 0;              // of the current message
  std::uint8_t head_size_ = 0;
  std::array<std::uint8_t, kLongestHead> head_{};    // of a message whose length is not yet known
  std::array<std::uint8_t, kLongestNoted> noted_{};  // the beginning of the current message
  std::uint32_t left_ = 0;                           // bytes of the current message still to come
  std::uint32_t offset_ = 0;                         // bytes read of it
  std::uint32_t encoding_ = 0;                       // the last four of a SetEncodings
  std::uint64_t messages_ = 0;
  HeldInput held_;
  PixelSizes sizes_;
  bool new_sizes_ = false;
  std::vector<std::uint8_t> passed_;     // what Feed() returns when filtering
  std::vector<std::uint8_t> encodings_;  // when filtering, a SetEncodings until it is complete
  std::vector<std::uint8_t> owed_;       // what Restrict() owes the host
  absl::Status failed_;
};

}  // namespace porthole::rfb
