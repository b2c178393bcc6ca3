#include "rfb/viewer_dialogue.h"

#include "tests/unit/rfb/dialogue_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

namespace porthole::rfb {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::U32;

constexpr std::string_view kOurs = "RFB 003.008\n";

using ViewerRun = DialogueRun<absl::StatusOr<bool>>;

ViewerRun Greet(const OtherSide& viewer) {
  return RunDialogue<absl::StatusOr<bool>>(
      viewer, [](std::unique_ptr<net::ByteStream>& stream) { return GreetViewer(*stream); });
}

// A dialogue that succeeds with a shared desktop.
struct Dialogue {
  std::string viewer;
  std::string sent;  // after our version
};

class ViewerDialogue : public ::testing::TestWithParam<Dialogue> {
 protected:
  static void ExpectGreeted(const ViewerRun& run) {
    ASSERT_FALSE(run.waits);
    ASSERT_TRUE(run.result.ok()) << run.result.status();
    EXPECT_TRUE(*run.result);
    EXPECT_EQ(run.sent, std::string(kOurs) + GetParam().sent);
  }
};

TEST_P(ViewerDialogue, SucceedsWhenEverythingArrivesAtOnce) {
  ExpectGreeted(Greet({.script = GetParam().viewer}));
}

TEST_P(ViewerDialogue, SucceedsByteByByte) {
  ExpectGreeted(Greet({.script = GetParam().viewer, .cut = 1}));
}

TEST_P(ViewerDialogue, LeavesWhatFollowsClientInitToTheBridge) {
  const ViewerRun run = Greet({.script = GetParam().viewer + "SetPixelFormat"});

  ExpectGreeted(run);
  EXPECT_EQ(run.unread, "SetPixelFormat");
}

TEST_P(ViewerDialogue, GivesTheSharedFlag) {
  std::string viewer = GetParam().viewer;
  viewer.back() = '\0';

  const ViewerRun run = Greet({.script = viewer});

  ASSERT_TRUE(run.result.ok()) << run.result.status();
  EXPECT_FALSE(*run.result);
}

TEST_P(ViewerDialogue, EndsOrWaitsAtEveryTruncation) {
  for (std::size_t size = 0; size < GetParam().viewer.size(); ++size) {
    const std::string script = GetParam().viewer.substr(0, size);
    const ViewerRun ended = Greet({.script = script, .hangs_up = true});
    ASSERT_FALSE(ended.waits) << size;
    EXPECT_EQ(ended.result.status().code(), StatusCode::kOutOfRange) << size;
    EXPECT_TRUE(Greet({.script = script}).waits) << size;
  }
}

TEST_P(ViewerDialogue, PassesOnAFailureOfEveryOperation) {
  const std::size_t operations = Greet({.script = GetParam().viewer, .cut = 3}).operations;
  ASSERT_GT(operations, 5U);
  for (std::size_t n = 1; n <= operations; ++n) {
    const ViewerRun run = Greet({.script = GetParam().viewer, .cut = 3, .fail_from = n});
    ASSERT_FALSE(run.waits) << n;
    EXPECT_EQ(run.result.status().code(), StatusCode::kCancelled) << n;
  }
}

INSTANTIATE_TEST_SUITE_P(Every,
                         ViewerDialogue,
                         ::testing::Values(Dialogue{"RFB 003.003\n\x01", U32(1)},
                                           Dialogue{"RFB 003.007\n\x01\x01", "\x01\x01"},
                                           Dialogue{"RFB 003.008\n\x01\x01", "\x01\x01" + U32(0)}));

TEST(ViewerRefusal, TakesNoOtherVersion) {
  for (const std::string_view version :
       {"RFB 003.005\n", "RFB 003.889\n", "RFB 004.000\n", "RFB 000.000\n", "GET / HTTP/1"}) {
    const ViewerRun run = Greet({.script = version});
    ASSERT_FALSE(run.waits);
    EXPECT_EQ(run.result.status().code(), StatusCode::kInvalidArgument) << version;
    EXPECT_EQ(run.sent, kOurs);
  }
}

TEST(ViewerRefusal, TakesNoTypeThatWasNotOffered) {
  for (const std::string_view version : {"RFB 003.007\n", "RFB 003.008\n"}) {
    const ViewerRun run = Greet({.script = std::string(version) + "\x02\x01"});
    ASSERT_FALSE(run.waits);
    EXPECT_EQ(run.result.status().code(), StatusCode::kInvalidArgument);
    EXPECT_THAT(run.result.status().ToString(), HasSubstr("security type 2"));
  }
}

TEST(ServerInitToViewer, IsOneMessageWithTheHostsFramebufferAndName) {
  HostGreeting host;
  host.width = 0x0102;
  host.height = 0x0304;
  std::ranges::copy(testing::AsBytes("0123456789abcdef"), host.pixel_format.begin());
  host.desktop_name = "web-1";
  const auto send = [&host](std::unique_ptr<net::ByteStream>& viewer) {
    return SendServerInit(*viewer, host);
  };

  const auto run = RunDialogue<absl::Status>({.script = ""}, send);
  const auto failed = RunDialogue<absl::Status>({.script = "", .fail_from = 1}, send);

  EXPECT_TRUE(run.result.ok());
  EXPECT_EQ(run.operations, 1U);
  EXPECT_EQ(run.sent,
            "\x01\x02\x03\x04"
            "0123456789abcdef" +
                U32(5) + "web-1");
  EXPECT_EQ(failed.result.code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace porthole::rfb
