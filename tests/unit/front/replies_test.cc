#include "front/replies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace porthole::front {
namespace {

using ::testing::Contains;
using ::testing::Pair;

// Design, section 7.
TEST(Replies, ALinksRefusalHasTheStatusOfItsReason) {
  const std::vector<std::pair<EndReason, unsigned>> cases = {
      {EndReason::kTokenMissing, 400}, {EndReason::kTokenInvalid, 403},
      {EndReason::kForbidden, 403},    {EndReason::kRevoked, 403},
      {EndReason::kTokenExpired, 410}, {EndReason::kTokenUsed, 410},
      {EndReason::kTooMany, 429},      {EndReason::kDraining, 503},
      {EndReason::kInternalError, 503}};
  for (const auto& [reason, status] : cases) {
    const HttpNo no = LinkRefused(Refuse(reason, "detail for the log"));
    EXPECT_EQ(no.status, status) << Name(reason);
    EXPECT_EQ(no.reason, Name(reason));
    EXPECT_EQ(no.message, Sentence(reason));
  }
}

TEST(Replies, HaveTheHeadersOfTheirStatus) {
  EXPECT_THAT(UpgradeRequired().headers, Contains(Pair("Upgrade", "websocket")));
  EXPECT_THAT(UpgradeRequired().headers, Contains(Pair("Sec-WebSocket-Version", "13")));
  EXPECT_THAT(TooManyAttempts(std::chrono::seconds(7)).headers, Contains(Pair("Retry-After", "7")));
  EXPECT_THAT(MethodNotAllowed("GET").headers, Contains(Pair("Allow", "GET")));
  EXPECT_EQ(OriginRefused().status, 403U);
}

TEST(Replies, AreJsonWithReasonAndMessage) {
  const net::HttpResponse reply = JsonReply(BadRequest("a \"quote\"\n"));
  EXPECT_EQ(reply.status, 400U);
  EXPECT_EQ(reply.content_type, "application/json");
  EXPECT_EQ(*reply.body, "{\"reason\":\"bad_request\",\"message\":\"a \\\"quote\\\"\\n\"}\n");
  EXPECT_THAT(reply.headers, Contains(Pair("Cache-Control", "no-store")));
}

TEST(Replies, ARequestThatCouldNotBeReadIsAnsweredIfSomebodyListens) {
  const auto malformed = UnreadRequest(absl::InvalidArgumentError("no Host"));
  ASSERT_TRUE(malformed.has_value());
  EXPECT_EQ(malformed->status, 400U);
  EXPECT_THAT(malformed->message, ::testing::HasSubstr("no Host"));
  EXPECT_EQ(UnreadRequest(absl::ResourceExhaustedError("long"))->status, 431U);
  for (const absl::Status& gone : {absl::OutOfRangeError(""), absl::UnavailableError(""),
                                   absl::DeadlineExceededError(""), absl::CancelledError("")}) {
    EXPECT_FALSE(UnreadRequest(gone).has_value()) << gone;
  }
}

}  // namespace
}  // namespace porthole::front
