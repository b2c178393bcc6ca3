#include "tests/unit/rfb/host_dialogue_run.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::rfb {
namespace {

using testing::U32;

// A dialogue that succeeds: what the host says until ServerInit, and what it must hear.
struct Dialogue {
  std::string_view version;  // of the result
  std::string_view security;
  std::string host;
  std::string sent;
};

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) {
    joined += part;
  }
  return joined;
}

std::vector<Dialogue> EveryDialogue() {
  const std::string ok = U32(0);
  const std::string init = ServerInit("QEMU (web-1)");
  std::vector<Dialogue> all = {
      {"3.3", "None", Join({"RFB 003.003\n", U32(1), init}), "RFB 003.003\n\x01"},
      {"3.3", "VncAuth", Join({"RFB 003.003\n", U32(2), kChallenge, ok, init}),
       Join({"RFB 003.003\n", kAnswer, "\x01"})},
      {"3.7", "None", Join({"RFB 003.007\n", "\x01\x01", init}), "RFB 003.007\n\x01\x01"},
      {"3.7", "VncAuth", Join({"RFB 003.007\n", "\x01\x02", kChallenge, ok, init}),
       Join({"RFB 003.007\n\x02", kAnswer, "\x01"})},
      {"3.8", "None", Join({"RFB 003.008\n", "\x01\x01", ok, init}), "RFB 003.008\n\x01\x01"},
      {"3.8", "VncAuth", Join({"RFB 003.008\n", "\x01\x02", kChallenge, ok, init}),
       Join({"RFB 003.008\n\x02", kAnswer, "\x01"})},
      {"3.8", "VncAuth", Join({"RFB 003.008\n", "\x04\x10\x01\x15\x02", kChallenge, ok, init}),
       Join({"RFB 003.008\n\x02", kAnswer, "\x01"})},
  };
  for (const std::string_view version : {"RFB 003.000\n", "RFB 003.006\n"}) {
    all.push_back({"3.3", "None", Join({version, U32(1), init}), "RFB 003.003\n\x01"});
  }
  for (const std::string_view version : {"RFB 003.889\n", "RFB 004.001\n", "RFB 005.000\n"}) {
    all.push_back({"3.8", "None", Join({version, "\x01\x01", ok, init}), "RFB 003.008\n\x01\x01"});
  }
  return all;
}

void ExpectGreeted(const HostRun& run, const Dialogue& dialogue) {
  ASSERT_FALSE(run.waits);
  ASSERT_TRUE(run.result.ok()) << run.result.status();
  const HostGreeting& greeting = *run.result;
  EXPECT_EQ(greeting.width, 1280);
  EXPECT_EQ(greeting.height, 800);
  EXPECT_EQ(testing::AsString(greeting.pixel_format), kPixelFormat);
  EXPECT_EQ(greeting.desktop_name, "QEMU (web-1)");
  EXPECT_EQ(greeting.protocol_version, dialogue.version);
  EXPECT_EQ(greeting.security_type, dialogue.security);
  EXPECT_EQ(run.sent, dialogue.sent);
}

class HostDialogue : public ::testing::TestWithParam<Dialogue> {};

TEST_P(HostDialogue, SucceedsWhenEverythingArrivesAtOnce) {
  ExpectGreeted(Greet({.script = GetParam().host}), GetParam());
}

TEST_P(HostDialogue, SucceedsByteByByte) {
  ExpectGreeted(Greet({.script = GetParam().host, .cut = 1}), GetParam());
}

TEST_P(HostDialogue, LeavesWhatFollowsServerInitToTheBridge) {
  const HostRun run = Greet({.script = GetParam().host + "first update"});

  ExpectGreeted(run, GetParam());
  EXPECT_EQ(run.unread, "first update");
}

TEST_P(HostDialogue, SaysThatTheHostEndedAtEveryTruncation) {
  const std::string& whole = GetParam().host;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string script = whole.substr(0, size);
    const HostRun run = Greet({.script = script, .hangs_up = true});
    ASSERT_FALSE(run.waits) << size;
    EXPECT_EQ(run.result.status().code(), absl::StatusCode::kOutOfRange) << size;
    EXPECT_TRUE(GetParam().sent.starts_with(run.sent)) << size;
  }
}

TEST_P(HostDialogue, WaitsAtEveryTruncation) {
  const std::string& whole = GetParam().host;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string script = whole.substr(0, size);
    EXPECT_TRUE(Greet({.script = script}).waits) << size;
  }
}

TEST_P(HostDialogue, PassesOnAFailureOfEveryOperation) {
  const std::size_t operations = Greet({.script = GetParam().host, .cut = 3}).operations;
  ASSERT_GT(operations, 10U);
  for (std::size_t n = 1; n <= operations; ++n) {
    const HostRun run = Greet({.script = GetParam().host, .cut = 3, .fail_from = n});
    ASSERT_FALSE(run.waits) << n;
    EXPECT_EQ(run.result.status().code(), absl::StatusCode::kCancelled) << n;
    EXPECT_EQ(run.operations, n);
  }
}

INSTANTIATE_TEST_SUITE_P(Every, HostDialogue, ::testing::ValuesIn(EveryDialogue()));

TEST(HostGreeting, CleansTheDesktopName) {
  const std::string script =
      Join({"RFB 003.008\n", "\x01\x01", U32(0), ServerInit("a\x1B[2J\nb\xE9")});

  const HostRun run = Greet({.script = script});

  ASSERT_TRUE(run.result.ok()) << run.result.status();
  EXPECT_EQ(run.result->desktop_name, "a[2J b?");
}

TEST(HostGreeting, TakesANameOf64KiBAndNotOneByteMore) {
  const std::string start = Join({"RFB 003.008\n", "\x01\x01", U32(0)});
  const std::string longest = start + ServerInit(std::string(65536, 'n'));
  const std::string longer = start + ServerInit(std::string(65537, 'n'));

  const HostRun taken = Greet({.script = longest});
  const HostRun refused = Greet({.script = longer});

  ASSERT_TRUE(taken.result.ok()) << taken.result.status();
  EXPECT_EQ(taken.result->desktop_name.size(), 65536U);
  EXPECT_EQ(refused.result.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(HostGreeting, NeedsNoPasswordForNone) {
  const std::string script = Join({"RFB 003.008\n", "\x01\x01", U32(0), ServerInit("")});

  const HostRun run = Greet({.script = script}, "");

  ASSERT_TRUE(run.result.ok()) << run.result.status();
  EXPECT_EQ(run.result->desktop_name, "");
}

}  // namespace
}  // namespace porthole::rfb
