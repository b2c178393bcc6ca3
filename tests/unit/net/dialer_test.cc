#include "net/dialer.h"

#include "tests/support/bytes.h"
#include "tests/unit/net/served.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

namespace porthole::testing {
namespace {

using std::chrono::milliseconds;

config::Targets LoopbackAllowed() {
  config::Targets targets;
  targets.allow_denied = {*IpPrefix::Parse("127.0.0.0/8"), *IpPrefix::Parse("::1/128")};
  return targets;
}

class DialerTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<net::ByteStream>> Dial(const std::string& target) {
    const net::AddressPolicy policy(targets_, {});
    net::Resolver resolver;
    net::Dialer dialer(
        {.worker = host_.Home(), .policy = policy, .resolver = resolver, .timeouts = timeouts_});
    return Await(host_.Home(),
                 dialer.Dial({.target = *ParseTarget(target), .tunnel = {}, .server_name = ""}));
  }
  std::string Local(const std::string& name = "127.0.0.1") const {
    return "tcp://" + name + ":" + std::to_string(host_.Port());
  }

  config::Targets targets_ = LoopbackAllowed();
  net::Timeouts timeouts_;
  Served host_;
};

TEST_F(DialerTest, ReachesAnAddressAndAName) {
  for (const char* const name : {"127.0.0.1", "localhost"}) {
    const auto stream = Dial(Local(name));
    ASSERT_TRUE(stream.ok()) << stream.status();
    EXPECT_EQ((*stream)->Facts().peer, "127.0.0.1:" + std::to_string(host_.Port()));
    EXPECT_NE(host_.Accept(), nullptr);
  }
}

TEST_F(DialerTest, ErrorsNameTheTarget) {
  host_.listener->Close();
  Await(host_.Home(), host_.listener->Acceptors().front()->Accept()).status().IgnoreError();
  host_.listener->Acceptors().front()->Close();
  const absl::Status refused = Dial(Local()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr(Local()));
  EXPECT_THAT(refused.ToString(), ::testing::HasSubstr("refused"));
  EXPECT_EQ(Dial("tcp://no-such-name.invalid:5900").status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(DialerTest, EveryAddressBehindANameIsJudged) {
  targets_ = {};
  for (const char* const name : {"127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433"}) {
    EXPECT_EQ(Dial(Local(name)).status().code(), absl::StatusCode::kPermissionDenied) << name;
  }
}

// A listener whose backlog is full lets connections hang.
TEST_F(DialerTest, AHostThatDoesNotAnswerTimesOut) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  ASSERT_GE(listener, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(listener, raw, size), 0);
  ASSERT_EQ(listen(listener, 0), 0);
  getsockname(listener, raw, &size);
  timeouts_.dial = milliseconds(150);
  std::vector<std::unique_ptr<net::ByteStream>> filling;
  absl::Status status;
  for (int i = 0; i < 8 && status.ok(); ++i) {
    auto stream = Dial("tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
    status = stream.status();
    if (stream.ok()) {
      filling.push_back(*std::move(stream));
    }
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
  close(listener);
}

TEST_F(DialerTest, ReachesUnixSocketsInTheirDirectoryOnly) {
  const TempDirectory directory;
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_GE(listener, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = directory.At("vm.sock");
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.c_str(), path.size());
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  EXPECT_EQ(Dial("unix:" + path).status().code(), absl::StatusCode::kPermissionDenied);
  targets_.unix_directory = directory.At("");
  const auto stream = Dial("unix:" + path);
  ASSERT_TRUE(stream.ok()) << stream.status();
  EXPECT_EQ((*stream)->Facts().peer, path);
  EXPECT_EQ(Dial("unix:" + directory.Write("plain-file", "")).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(Dial("unix:" + directory.At("../passwd")).status().code(),
            absl::StatusCode::kPermissionDenied);
  close(listener);
}

TEST_F(DialerTest, WhatItDialledMovesBytes) {
  const auto dialled = Dial(Local());
  ASSERT_TRUE(dialled.ok());
  net::ByteStream& stream = **dialled;
  const auto connection = host_.Accept();
  ASSERT_TRUE(Await(host_.Home(), stream.Write(AsBytes("GET / HTTP/1.0\r\n\r\n"))).ok());
  ASSERT_TRUE(Await(host_.Home(), connection->ReadRequest()).ok());
  ASSERT_TRUE(Await(host_.Home(), connection->Respond({}, false)).ok());
  ASSERT_TRUE(Await(host_.Home(), stream.WaitReadable()).ok());
  std::vector<std::uint8_t> bytes(4096);
  const auto count = Await(host_.Home(), stream.ReadSome(bytes));
  ASSERT_TRUE(count.ok());
  EXPECT_THAT(AsString({bytes.data(), *count}), ::testing::StartsWith("HTTP/1.0 200"));
}

}  // namespace
}  // namespace porthole::testing
