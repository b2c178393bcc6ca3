#include "rfb/held_input.h"

#include "tests/unit/rfb/client_messages_run.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace porthole::rfb {
namespace {

using testing::AsBytes;
using testing::AsString;
using testing::U16;
using testing::U32;
using testing::U8;

std::string Key(bool down, std::uint32_t keysym) {
  return U8(4) + U8(down ? 1 : 0) + U16(0) + U32(keysym);
}
std::string QemuKeyOf(bool down, std::uint32_t keysym, std::uint32_t keycode) {
  return U16(0xFF00) + U16(down ? 1 : 0) + U32(keysym) + U32(keycode);
}
std::string Pointer(unsigned mask, std::uint32_t position) {
  return U8(5) + U8(mask) + U32(position);
}

std::string Released(HeldInput& held) {
  std::vector<std::uint8_t> out;
  held.Release(out);
  return AsString(out);
}

TEST(HeldInput, LetsGoOfWhatIsHeldOnce) {
  HeldInput held;
  held.NoteKey(AsBytes(Key(true, 'a')));
  held.NoteKey(AsBytes(Key(true, 'a')));  // repeats
  held.NoteQemuKey(AsBytes(QemuKeyOf(true, 'B', 0x30)));
  held.NoteKey(AsBytes(Key(true, 'c')));
  held.NoteKey(AsBytes(Key(false, 'c')));
  held.NotePointer(AsBytes(Pointer(5, 0x00030004)));

  EXPECT_EQ(Released(held), Key(false, 'a') + QemuKeyOf(false, 'B', 0x30) + Pointer(0, 0x00030004));
  EXPECT_EQ(Released(held), Pointer(0, 0x00030004));
}

TEST(HeldInput, DoesNotMoveAPointerThatNeverWas) {
  HeldInput held;
  EXPECT_EQ(Released(held), "");
}

TEST(HeldInput, QemusKeysAreNamedByTheirCode) {
  HeldInput held;
  held.NoteQemuKey(AsBytes(QemuKeyOf(true, 'A', 0x1E)));
  held.NoteQemuKey(AsBytes(QemuKeyOf(false, 'a', 0x1E)));
  EXPECT_EQ(Released(held), "");
}

TEST(HeldInput, IsBounded) {
  HeldInput held;
  for (std::uint32_t key = 0; key < HeldInput::kMaxKeys; ++key) {
    held.NoteKey(AsBytes(Key(true, key)));
  }
  EXPECT_FALSE(held.Overflowed());
  held.NoteKey(AsBytes(Key(true, 1000)));
  EXPECT_TRUE(held.Overflowed());
  EXPECT_EQ(Released(held).size(), HeldInput::kMaxKeys * 8);
}

void Note(HeldInput& held, const std::string& message) {
  switch (message[0]) {
    case 4:
      held.NoteKey(AsBytes(message));
      break;
    case 5:
      held.NotePointer(AsBytes(message));
      break;
    case '\xFF':
      held.NoteQemuKey(AsBytes(message));
      break;
    default:
      break;
  }
}

// What of `messages` the host sees the beginning of, cut there, and what is held then.
std::string SeenOf(const std::vector<std::string>& messages, std::size_t cut, HeldInput& held) {
  std::string seen;
  std::size_t at = 0;
  for (const std::string& message : messages) {
    if (at < cut) {
      seen += message;
      Note(held, message);
    }
    at += message.size();
  }
  return seen;
}

// Through the parser, at every cut: the restriction begins wherever the viewer is.
TEST(HeldInput, IsLetGoWhenViewOnlyBeginsAtEveryCut) {
  const std::vector<std::string> messages = {Key(true, 'a'),         QemuKeyOf(true, 'b', 0x30),
                                             Pointer(1, 0x00050006), CutText("text"),
                                             Key(true, 'd'),         UpdateRequest()};
  std::string stream;
  for (const std::string& message : messages) {
    stream += message;
  }
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    ClientMessages parser{Restrictions()};
    std::string passed = AsString(*parser.Feed(AsBytes(stream).first(cut)));
    ASSERT_TRUE(parser.Restrict({.view_only = true}).ok());
    const bool at_once = parser.InForce();
    passed += AsString(parser.TakeOwed());
    passed += AsString(*parser.Feed(AsBytes(stream).subspan(cut)));
    EXPECT_TRUE(parser.InForce());

    HeldInput expected;
    const std::string seen = SeenOf(messages, cut, expected);
    // A message that only began is finished first.
    std::string whole = seen;
    whole += Released(expected);
    whole += seen.size() == stream.size() ? "" : UpdateRequest();
    EXPECT_EQ(passed, whole) << cut;
    EXPECT_EQ(at_once, seen.size() == cut) << cut;
  }
}

TEST(HeldInput, OwedReleasesComeFirstWhereNobodyTakesThem) {
  ClientMessages parser{Restrictions()};
  ASSERT_TRUE(parser.Feed(AsBytes(Key(true, 'a'))).ok());
  ASSERT_TRUE(parser.Restrict({.view_only = true}).ok());
  EXPECT_EQ(AsString(*parser.Feed(AsBytes(UpdateRequest()))), Key(false, 'a') + UpdateRequest());
  EXPECT_TRUE(parser.TakeOwed().empty());
}

TEST(HeldInput, WhatWasDroppedIsNotHeld) {
  ClientMessages parser{{.view_only = true}};
  ASSERT_TRUE(parser.Feed(AsBytes(Key(true, 'a'))).ok());
  ASSERT_TRUE(parser.Restrict({}).ok());
  ASSERT_TRUE(parser.Restrict({.view_only = true}).ok());
  EXPECT_TRUE(parser.TakeOwed().empty());
}

TEST(HeldInput, MoreKeysThanCanBeLetGoKeepViewOnlyFromBeginning) {
  ClientMessages parser{Restrictions()};
  for (std::uint32_t key = 0; key <= HeldInput::kMaxKeys; ++key) {
    ASSERT_TRUE(parser.Feed(AsBytes(Key(true, key))).ok());
  }
  EXPECT_EQ(parser.Restrict({.view_only = true}).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(parser.Restrict({.clipboard_to_console = false}).ok());
}

}  // namespace
}  // namespace porthole::rfb
