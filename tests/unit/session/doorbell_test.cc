#include "session/doorbell.h"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

namespace porthole::session {
namespace {

TEST(Doorbell, IsAnsweredOnTheLoopAndNotByWhoRings) {
  boost::asio::io_context loop;
  Doorbell bell(loop.get_executor());
  int answers = 0;
  bell.AnswerWith([&] { ++answers; });

  bell.Ringer()();
  EXPECT_EQ(answers, 0);
  loop.poll();

  EXPECT_EQ(answers, 1);
}

TEST(Doorbell, RingsAgainAfterAnAnswer) {
  boost::asio::io_context loop;
  Doorbell bell(loop.get_executor());
  int answers = 0;
  bell.AnswerWith([&] { ++answers; });
  const auto ring = bell.Ringer();

  ring();
  ring();
  loop.poll();
  loop.restart();
  ring();
  loop.poll();

  EXPECT_EQ(answers, 2);
}

TEST(Doorbell, IsSilentWhenNobodyAnswersAnyMore) {
  boost::asio::io_context loop;
  Doorbell bell(loop.get_executor());
  int answers = 0;
  bell.AnswerWith([&] { ++answers; });
  bell.Ringer()();

  bell.AnswerWith(nullptr);
  loop.poll();

  EXPECT_EQ(answers, 0);
}

TEST(Doorbell, MayBeRungWhenItAndItsLoopAreGone) {
  std::function<void()> ring;
  {
    std::optional<boost::asio::io_context> loop(std::in_place);
    std::optional<Doorbell> bell(loop->get_executor());
    int answers = 0;
    bell->AnswerWith([&] { ++answers; });
    ring = bell->Ringer();
    ring();
    bell.reset();
    loop->poll();
    EXPECT_EQ(answers, 0);
  }

  ring();
}

TEST(Doorbell, StandsRingsFromAnotherThreadWhileItGoes) {
  for (int round = 0; round < 500; ++round) {
    boost::asio::io_context loop;
    std::optional<Doorbell> bell(loop.get_executor());
    bell->AnswerWith([] {});
    std::thread other([ring = bell->Ringer()] {
      for (int i = 0; i < 20; ++i) {
        ring();
      }
    });
    loop.poll();
    bell.reset();
    other.join();
  }
}

}  // namespace
}  // namespace porthole::session
