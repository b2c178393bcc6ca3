#include "telemetry/log.h"

#include "tests/support/fake_clock.h"
#include "tests/support/four_threads.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace porthole::telemetry {
namespace {

class LogTest : public ::testing::Test {
 protected:
  LogTest() { clock_.Advance(std::chrono::milliseconds(7)); }

  FakeClock clock_;
  std::ostringstream out_;
  Logger logger_{Level::kInfo, clock_, out_};
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  const std::string address = "127.0.0.1:8443";
  const std::uint16_t port = 8443;

  logger_.Log(Level::kInfo, "listening",
              {{"what", "public"},
               {"address", address},
               {"port", port},
               {"bytes", std::uint64_t{18446744073709551615U}},
               {"change", std::int64_t{-5}},
               {"seconds", 1.5},
               {"tls", true}});
  logger_.Log(Level::kError, "stopped");

  EXPECT_EQ(out_.str(), R"({"time":"2026-09-21T14:13:20.007Z","level":"info","event":"listening",)"
                        R"("what":"public","address":"127.0.0.1:8443","port":8443,)"
                        R"("bytes":18446744073709551615,"change":-5,"seconds":1.5,"tls":true})"
                        "\n"
                        R"({"time":"2026-09-21T14:13:20.007Z","level":"error","event":"stopped"})"
                        "\n");
}

TEST_F(LogTest, CannotBeMadeToForgeALineOrAMember) {
  logger_.Log(Level::kWarning, "refused",
              {{"agent", "x\",\"admin\":true}\n{\"time\":\"now\"}"}, {"bytes", "\xFF\0"}});

  const std::string line = out_.str();
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const boost::json::value parsed = boost::json::parse(line);
  EXPECT_EQ(parsed.as_object().size(), 5U);
  EXPECT_EQ(parsed.at("agent").as_string(), "x\",\"admin\":true}\n{\"time\":\"now\"}");
  EXPECT_EQ(parsed.at("bytes").as_string(), "\uFFFD");
}

TEST_F(LogTest, WritesNullForWhatJsonCannotHold) {
  logger_.Log(Level::kInfo, "odd",
              {{"infinite", std::numeric_limits<double>::infinity()},
               {"nan", std::numeric_limits<double>::quiet_NaN()},
               {"tiny", 5e-324}});

  EXPECT_NE(out_.str().find(R"("infinite":null,"nan":null,"tiny":5e-324})"), std::string::npos);
  EXPECT_TRUE(boost::json::parse(out_.str()).is_object());
}

TEST_F(LogTest, BoundsEveryText) {
  const std::string text(100000, 'x');

  logger_.Log(Level::kInfo, "long", {{"text", text}});

  const boost::json::value parsed = boost::json::parse(out_.str());
  EXPECT_EQ(parsed.at("text").as_string(), std::string(kMaxValueBytes, 'x') + "…");
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheLevel) {
  logger_.Log(Level::kDebug, "detail");
  logger_.SetLevel(Level::kError);
  logger_.Log(Level::kWarning, "warned");

  EXPECT_EQ(out_.str(), "");
  EXPECT_FALSE(logger_.Writes(Level::kWarning));
  EXPECT_TRUE(logger_.Writes(Level::kError));

  logger_.SetLevel(Level::kDebug);
  logger_.Log(Level::kDebug, "detail");

  EXPECT_NE(out_.str().find(R"("level":"debug","event":"detail")"), std::string::npos);
}

TEST_F(LogTest, TakesFieldsThatWereGatheredBefore) {
  std::vector<Field> fields = {{"a", 1}};
  fields.push_back({"b", "two"});

  logger_.Log(Level::kInfo, "gathered", fields);

  EXPECT_NE(out_.str().find(R"("event":"gathered","a":1,"b":"two"})"), std::string::npos);
}

TEST_F(LogTest, KeepsLinesWholeWhenManyThreadsWrite) {
  constexpr int kLines = 500;
  testing::InFourThreads([this](int thread) {
    for (int line = 0; line < kLines; ++line) {
      logger_.Log(Level::kInfo, "line", {{"thread", thread}, {"line", line}});
    }
  });

  std::istringstream lines(out_.str());
  std::map<std::int64_t, std::int64_t> next;
  for (std::string line; std::getline(lines, line);) {
    const boost::json::value parsed = boost::json::parse(line);
    EXPECT_EQ(parsed.at("line").as_int64(), next[parsed.at("thread").as_int64()]++);
  }
  EXPECT_EQ(next, (std::map<std::int64_t, std::int64_t>{
                      {0, kLines}, {1, kLines}, {2, kLines}, {3, kLines}}));
}

}  // namespace
}  // namespace porthole::telemetry
