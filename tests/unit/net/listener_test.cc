#include "tests/unit/net/served.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <fcntl.h>
#include <future>
#include <unistd.h>

namespace porthole::testing {
namespace {

using net::Listener;

const IpAddress kLocal = IpAddress::V4({127, 0, 0, 1});
const net::Timeouts kTimeouts;

TEST(Listener, TheSystemChoosesAPortAndItIsTold) {
  net::WorkerPool workers(2);
  const auto listener = Listener::Open({.address = kLocal}, workers, 2, kTimeouts);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_NE((*listener)->Port(), 0);
  EXPECT_EQ((*listener)->Address(), "127.0.0.1:" + std::to_string((*listener)->Port()));
  EXPECT_EQ((*listener)->Acceptors().size(), 2U);
  EXPECT_FALSE((*listener)->Secure());
}

// Every worker's socket has SO_REUSEPORT afterwards: the next one must not join them.
TEST(Listener, APortThatIsTakenIsAnError) {
  net::WorkerPool workers(2);
  const auto first = Listener::Open({.address = kLocal}, workers, 2, kTimeouts);
  ASSERT_TRUE(first.ok());
  for (const IpAddress& address : {kLocal, IpAddress::V4({0, 0, 0, 0})}) {
    const auto second =
        Listener::Open({.address = address, .port = (*first)->Port()}, workers, 2, kTimeouts);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.status().code(), absl::StatusCode::kAlreadyExists);
    EXPECT_THAT(second.status().ToString(),
                ::testing::HasSubstr(":" + std::to_string((*first)->Port())));
  }
}

TEST(Listener, ItsPortIsFreeOnceItIsGone) {
  net::WorkerPool workers(1);
  auto first = Listener::Open({.address = kLocal}, workers, 1, kTimeouts);
  ASSERT_TRUE(first.ok());
  const std::uint16_t port = (*first)->Port();
  first->reset();
  EXPECT_TRUE(Listener::Open({.address = kLocal, .port = port}, workers, 1, kTimeouts).ok());
}

TEST(Listener, AnAddressThatIsNotOursIsAnError) {
  net::WorkerPool workers(1);
  const auto listener =
      Listener::Open({.address = IpAddress::V4({192, 0, 2, 1})}, workers, 1, kTimeouts);
  EXPECT_EQ(listener.status().code(), absl::StatusCode::kUnavailable) << listener.status();
}

TEST(Listener, SpeaksIpv6AndUnwrapsIpv4) {
  net::WorkerPool workers(1);
  const auto listener = Listener::Open({.address = *IpAddress::Parse("::")}, workers, 1, kTimeouts);
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_EQ((*listener)->Address(), "[::]:" + std::to_string((*listener)->Port()));
  for (const bool v6 : {false, true}) {
    const RawClient client(workers.At(0), (*listener)->Port(), 0, v6);
    const auto connection = Await(workers.At(0), (*listener)->Acceptors().front()->Accept());
    ASSERT_TRUE(connection.ok()) << connection.status();
    EXPECT_EQ((*connection)->Peer().ToString(), v6 ? "::1" : "127.0.0.1");
  }
}

TEST(Acceptor, AConnectionThatIsGoneCostsOnlyItself) {
  Served served;
  RawClient gone(served.Home(), served.Port());
  gone.Vanish();
  const RawClient stays(served.Home(), served.Port());
  auto first = Await(served.Home(), served.listener->Acceptors().front()->Accept());
  EXPECT_TRUE(first.ok() || first.status().code() == absl::StatusCode::kUnavailable)
      << first.status();
  EXPECT_NE(served.Accept(), nullptr);
}

TEST(Acceptor, EndsWhenItIsClosedAlsoAfterAPause) {
  Served served;
  net::Acceptor& acceptor = *served.listener->Acceptors().front();
  Started<absl::StatusOr<std::unique_ptr<net::HttpConnection>>> waiting(served.Home(),
                                                                        acceptor.Accept());
  served.listener->Close();
  EXPECT_EQ(waiting.Get().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(Await(served.Home(), acceptor.Accept()).status().code(), absl::StatusCode::kCancelled);
}

TEST(Acceptor, RunsOutOfDescriptorsAndRecovers) {
  Served served;
  const RawClient client(served.Home(), served.Port());
  net::Acceptor& acceptor = *served.listener->Acceptors().front();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const int next = fcntl(0, F_DUPFD, 0);
  close(next);
  const rlimit none{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto refused = Await(served.Home(), acceptor.Accept());
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted) << refused.status();
  EXPECT_TRUE(Await(served.Home(), acceptor.Accept()).ok());
}

TEST(WorkerPool, RunsPostedWorkAndStopsTwice) {
  net::WorkerPool workers(2);
  workers.Start();
  std::promise<void> ran;
  workers.At(1).Post([&ran] { ran.set_value(); });
  EXPECT_EQ(ran.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  workers.Stop();
  workers.Stop();
}

}  // namespace
}  // namespace porthole::testing
