#include "net/websocket_input.h"

#include "tests/support/bytes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

// What a viewer's bytes mean, cut at every place.

namespace porthole::net {
namespace {

using Next = WebSocketInput::Next;
using testing::U16;
using testing::U32;
using testing::U8;

constexpr std::string_view kKey = "\x37\xFA\x21\x3D";  // RFC 6455, section 5.7

std::string Masked(std::string_view payload) {
  std::string masked(payload);
  for (std::size_t i = 0; i < masked.size(); ++i) {
    masked[i] = static_cast<char>(masked[i] ^ kKey[i % kKey.size()]);
  }
  return masked;
}

std::string LengthOf(std::size_t size) {
  if (size < 126) {
    return U8(0x80U | static_cast<unsigned>(size));
  }
  return size < 65536 ? U8(0xFE) + U16(static_cast<unsigned>(size))
                      : U8(0xFF) + U32(0) + U32(static_cast<std::uint32_t>(size));
}

std::string Frame(unsigned first, std::string_view payload) {
  return U8(first) + LengthOf(payload.size()) + std::string(kKey) + Masked(payload);
}

// Everything that `bytes` say, as words: payload as it is, "<ping p>" for a ping.
class Reading {
 public:
  // Puts `bytes` in, at most `step` at a time; gives the status of the first fault.
  absl::Status Put(std::string_view bytes, std::size_t step) {
    for (;;) {
      const absl::StatusOr<Next> next = input_.Peek();
      if (!next.ok()) {
        return next.status();
      }
      if (*next == Next::kMore && bytes.empty()) {
        return absl::OkStatus();
      }
      *next == Next::kMore ? Fill(bytes, step) : Take(*next);
    }
  }

  const std::string& Said() const { return said_; }

 private:
  void Fill(std::string_view& bytes, std::size_t step) {
    const std::span<std::uint8_t> room = input_.Room();
    ASSERT_FALSE(room.empty());
    const std::size_t count = std::min({room.size(), step, bytes.size()});
    std::memcpy(room.data(), bytes.data(), count);
    input_.Filled(count);
    bytes.remove_prefix(count);
  }

  void Take(Next next) {
    if (next == Next::kPayload) {
      std::string payload(7, '\0');
      payload.resize(
          input_.TakePayload({reinterpret_cast<std::uint8_t*>(payload.data()), payload.size()}));
      said_ += payload;
      return;
    }
    const std::span<const std::uint8_t> payload = input_.TakeControl();
    const char* const name = next == Next::kPing ? "<ping " : "<pong ";
    said_ += next == Next::kClose ? "<close " : name;
    said_.append(payload.begin(), payload.end()).append(">");
  }

  WebSocketInput input_;
  std::string said_;
};

TEST(WebSocketInput, SaysTheSameHoweverItIsCut) {
  const std::string longer(300, 'l');
  const std::string bytes = Frame(0x02, "frag") + Frame(0x89, "") + Frame(0x00, "") +
                            Frame(0x89, "p") + Frame(0x80, "ment") + Frame(0x82, "") +
                            Frame(0x82, longer) + Frame(0x8A, std::string(125, 'q')) +
                            Frame(0x82, std::string(70'000, 'x')) + Frame(0x88, U16(1000) + "bye");
  const std::string said = "frag<ping ><ping p>ment" + longer + "<pong " + std::string(125, 'q') +
                           ">" + std::string(70'000, 'x') + "<close " + U16(1000) + "bye>";
  for (std::size_t step = 1; step < 300; ++step) {
    Reading reading;
    ASSERT_TRUE(reading.Put(bytes, step).ok()) << step;
    ASSERT_EQ(reading.Said(), said) << step;
  }
}

TEST(WebSocketInput, UnmasksAsRfc6455Does) {
  Reading reading;  // section 5.7: "a single-frame masked text message", as a binary one
  ASSERT_TRUE(reading.Put(std::string("\x82\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58", 11), 1).ok());
  EXPECT_EQ(reading.Said(), "Hello");
}

TEST(WebSocketInput, APayloadMayBeReadPastTheRoom) {
  WebSocketInput input;
  const std::string payload(1000, 'x');
  const std::string frame = Frame(0x82, payload);
  const std::span<std::uint8_t> room = input.Room();
  std::memcpy(room.data(), frame.data(), room.size());
  input.Filled(room.size());
  EXPECT_TRUE(input.WasFull());
  ASSERT_EQ(*input.Peek(), Next::kPayload);
  EXPECT_EQ(input.LeftPastRoom(), 0U) << "what is in the room comes first";

  std::vector<std::uint8_t> target(2000);
  std::size_t taken = input.TakePayload(target);
  ASSERT_EQ(input.LeftPastRoom(), payload.size() - taken);
  std::string rest = frame.substr(room.size());
  for (const std::size_t size : {std::size_t{1}, std::size_t{6}, rest.size() - 7}) {
    std::memcpy(target.data() + taken, rest.data(), size);
    rest.erase(0, size);
    input.TookPast(std::span(target).subspan(taken, size));
    taken += size;
  }
  target.resize(taken);
  EXPECT_EQ(std::string(target.begin(), target.end()), payload);
  EXPECT_EQ(*input.Peek(), Next::kMore);
}

TEST(WebSocketInput, StaysAtAFault) {
  Reading reading;
  EXPECT_FALSE(
      reading.Put(Frame(0x82, "good") + Frame(0x83, "bad") + Frame(0x82, "late"), 500).ok());
  EXPECT_FALSE(reading.Put("", 1).ok());
  EXPECT_EQ(reading.Said(), "good");
}

TEST(WebSocketInput, TellsTextApart) {
  for (const bool text : {true, false}) {
    WebSocketInput input;
    const std::string frame = Frame(text ? 0x81 : 0x83, "x");
    std::memcpy(input.Room().data(), frame.data(), frame.size());
    input.Filled(frame.size());
    EXPECT_FALSE(input.Peek().ok());
    EXPECT_EQ(input.IsText(), text);
  }
}

TEST(CloseCode, IsOneThatMayBeSent) {
  const auto code = [](const std::string& payload) {
    return CloseCode({reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
  };
  EXPECT_EQ(*code(""), 1005);
  for (const unsigned good : {1000U, 1001U, 1003U, 1007U, 1014U, 3000U, 4408U, 4999U}) {
    EXPECT_EQ(*code(U16(good) + "why \xC3\xA4"), good);
  }
  for (const unsigned bad : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U, 65535U}) {
    EXPECT_FALSE(code(U16(bad)).ok()) << bad;
  }
  EXPECT_FALSE(code("x").ok());
  EXPECT_FALSE(code(U16(1000) + "\xC3").ok());
}

}  // namespace
}  // namespace porthole::net
