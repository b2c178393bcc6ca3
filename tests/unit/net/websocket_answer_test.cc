#include "tests/unit/net/websocket_viewer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

// How a viewer's upgrade is answered, and with what.

namespace porthole::testing {
namespace {

class Answer : public WebSocketViewer {};

INSTANTIATE_TEST_SUITE_P(Net, Answer, ::testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

// What a viewer sees when its stream's first deed is `deed`: the answer, then the frame.
void ExpectAnswerAnd(std::string seen, unsigned first, std::string_view payload) {
  const std::size_t end = seen.find("\r\n\r\n") + 4;
  EXPECT_THAT(seen, ::testing::StartsWith("HTTP/1.1 101 "));
  seen.erase(0, end);
  const std::optional<ServerFrame> frame = TakeFrame(seen);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->first, first);
  EXPECT_EQ(frame->payload, payload);
}

TEST_P(Answer, IsAnsweredAsRfc6455Says) {
  Open();
  EXPECT_THAT(answer_, ::testing::StartsWith("HTTP/1.1 101 "));
  // The example of RFC 6455, section 1.3.
  EXPECT_THAT(answer_, ::testing::HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  EXPECT_THAT(answer_, ::testing::HasSubstr("Sec-WebSocket-Protocol: binary\r\n"));
  EXPECT_THAT(answer_, ::testing::HasSubstr("Server: porthole\r\n"));
  EXPECT_EQ(Stream().Facts().tls_version, GetParam() ? "TLSv1.3" : "");
}

TEST_P(Answer, IsAnsweredTogetherWithTheFirstMessage) {
  Upgrade();
  const std::string message = "RFB 003.008\n";
  ASSERT_TRUE(Await(Home(), Stream().Write({reinterpret_cast<const std::uint8_t*>(message.data()),
                                            message.size()}))
                  .ok());
  ASSERT_TRUE(Client().ReceiveText(message));
  ExpectAnswerAnd(Client().Received(), kFin | kBinary, message);
}

TEST_P(Answer, IsAnsweredTogetherWithItsRefusal) {
  Upgrade();
  Home().Post([this] { Stream().Close({.code = 4003, .sentence = "No."}); });
  ASSERT_TRUE(Client().ReceiveText("No."));
  ExpectAnswerAnd(Client().Received(), kFin | kClose, "\x0F\xA3No.");
}

}  // namespace
}  // namespace porthole::testing
