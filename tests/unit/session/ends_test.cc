#include "session/ends.h"

#include "base/status.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace porthole::session {
namespace {

using absl::StatusCode;

absl::Status Failed(StatusCode code) {
  return Error(code, "why");
}

struct Case {
  End (*from)(const absl::Status&);
  StatusCode code;
  EndReason reason;
};

TEST(Ends, EachFailureHasItsReason) {
  const std::vector<Case> cases = {
      {DialEnd, StatusCode::kPermissionDenied, EndReason::kForbidden},
      {DialEnd, StatusCode::kDeadlineExceeded, EndReason::kHostTimeout},
      {DialEnd, StatusCode::kResourceExhausted, EndReason::kTooMany},
      {DialEnd, StatusCode::kAborted, EndReason::kHostTlsFailed},
      {DialEnd, StatusCode::kUnavailable, EndReason::kHostUnreachable},
      {DialEnd, StatusCode::kNotFound, EndReason::kHostUnreachable},
      {HostHandshakeEnd, StatusCode::kUnauthenticated, EndReason::kHostAuthFailed},
      {HostHandshakeEnd, StatusCode::kPermissionDenied, EndReason::kHostAuthFailed},
      {HostHandshakeEnd, StatusCode::kFailedPrecondition, EndReason::kHostAuthFailed},
      {HostHandshakeEnd, StatusCode::kAborted, EndReason::kHostTlsFailed},
      {HostHandshakeEnd, StatusCode::kInvalidArgument, EndReason::kHostProtocolError},
      {HostHandshakeEnd, StatusCode::kOutOfRange, EndReason::kHostClosed},
      {HostHandshakeEnd, StatusCode::kUnavailable, EndReason::kHostLost},
      {HostEnd, StatusCode::kOutOfRange, EndReason::kHostClosed},
      {HostEnd, StatusCode::kUnavailable, EndReason::kHostLost},
      {ViewerEnd, StatusCode::kOutOfRange, EndReason::kViewerClosed},
      {ViewerEnd, StatusCode::kInvalidArgument, EndReason::kProtocolError},
      {ViewerEnd, StatusCode::kUnavailable, EndReason::kViewerLost},
      {ViewerEnd, StatusCode::kDeadlineExceeded, EndReason::kViewerLost},
  };
  for (const Case& one : cases) {
    const End end = one.from(Failed(one.code));

    EXPECT_EQ(end.reason, one.reason) << absl::StatusCodeToString(one.code);
    EXPECT_EQ(end.detail, "why");
    EXPECT_FALSE(end.sentence.empty());
    EXPECT_EQ(end.sentence.find("why"), std::string::npos);  // details are for the log
  }
}

TEST(Ends, ARefusalKeepsItsWords) {
  const End end = EndOf({.reason = EndReason::kBusy,
                         .sentence = "Somebody is there.",
                         .detail = "exclusive",
                         .key_id = {},
                         .token_id = {}});

  EXPECT_EQ(end.reason, EndReason::kBusy);
  EXPECT_EQ(end.sentence, "Somebody is there.");
  EXPECT_EQ(end.detail, "exclusive");
}

TEST(Ends, TheViewerIsToldCodeAndSentence) {
  const net::Ending ending = EndingOf(TimeLimitEnd(EndReason::kIdleTimeout, "detail"));

  EXPECT_EQ(ending.code, 4408);
  EXPECT_EQ(ending.sentence, Sentence(EndReason::kIdleTimeout));
}

}  // namespace
}  // namespace porthole::session
