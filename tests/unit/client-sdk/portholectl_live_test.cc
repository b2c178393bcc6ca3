#include "porthole/client_testing/fake_node.h"
#include "tests/unit/client-sdk/portholectl_run.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>

#include <array>

namespace porthole::cli {
namespace {

namespace v1 = porthole::control::v1;
using client_testing::FakeNode;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

v1::Session SessionOf(const std::string& id, const std::string& subject) {
  v1::Session session;
  session.set_session_id(id);
  session.set_subject(subject);
  session.set_console_name("web-" + id);
  session.set_state(v1::SESSION_STATE_ACTIVE);
  return session;
}

// What changes a live node, against a fake one.
class PortholectlLiveTest : public PortholectlRun {
 protected:
  int RunAt(std::vector<std::string> words, bool terminal = false) {
    words.insert(words.begin(), {"--address", node_.Address(), "--plaintext"});
    return Run(std::move(words), terminal);
  }

  // The lines of a watch that were written, as JSON.
  std::vector<boost::json::object> Lines() const {
    std::vector<boost::json::object> lines;
    std::istringstream text(out_);
    for (std::string line; std::getline(text, line);) {
      lines.push_back(boost::json::parse(line).as_object());
    }
    return lines;
  }

  FakeNode node_;
};

TEST_F(PortholectlLiveTest, WatchesALineAChangeInAPipe) {
  node_.Open(SessionOf("a", "alice"));
  node_.Open(SessionOf("b", "bob"));

  ASSERT_EQ(RunAt({"sessions", "watch", "--subject", "alice", "--for", "1s"}), 0) << err_;

  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2U) << out_;
  EXPECT_EQ(lines[0].at("type").as_string(), "opened");
  EXPECT_EQ(lines[0].at("session").at("session_id").as_string(), "a");
  EXPECT_EQ(lines[1].at("type").as_string(), "synced");
}

TEST_F(PortholectlLiveTest, WatchesInATableOnATerminal) {
  node_.Open(SessionOf("a", "alice"));
  node_.Open(SessionOf("b", "eve\x1b[2J"));

  ASSERT_EQ(RunAt({"sessions", "watch", "--for", "1s"}, true), 0) << err_;

  EXPECT_THAT(out_, AllOf(StartsWith("\x1b[?7l\x1b[H2 sessions"), HasSubstr("web-a"),
                          HasSubstr("alice"), Not(HasSubstr("eve\x1b"))));
  EXPECT_EQ(RunAt({"--output", "json", "sessions", "watch", "--for", "1s"}, true), 0);
  EXPECT_EQ(Lines().size(), 3U) << "as asked for, on a terminal, too";
}

TEST_F(PortholectlLiveTest, AWatchThatCannotBeginSaysWhy) {
  node_.FailNext("WatchSessions", absl::PermissionDeniedError("needs the role viewer"));
  EXPECT_EQ(RunAt({"sessions", "watch"}), kExitRefused);
  EXPECT_THAT(err_, AllOf(HasSubstr(node_.Address() + ": WatchSessions: "),
                          HasSubstr("needs the role viewer")));

  node_.SetUnavailable(true);
  EXPECT_EQ(RunAt({"sessions", "watch"}), kExitUnreachable);
  EXPECT_EQ(RunAt({"sessions", "watch", "--for", "soon"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("--for"));
}

TEST_F(PortholectlLiveTest, ChangesThePolicyOfASession) {
  node_.Open(SessionOf("a", "alice"));

  ASSERT_EQ(RunAt({"sessions", "update", "a", "--view-only", "on", "--clipboard", "off",
                   "--idle-timeout", "10m"}),
            0)
      << err_;

  const auto request = node_.RequestsOf<v1::UpdateSessionRequest>().at(0);
  EXPECT_THAT(request.update_mask().paths(),
              ElementsAre("policy.view_only", "policy.clipboard", "policy.idle_timeout"));
  EXPECT_TRUE(request.session().policy().view_only());
  EXPECT_EQ(request.session().policy().idle_timeout().seconds(), 600);
  EXPECT_THAT(out_, AllOf(HasSubstr("view only"), HasSubstr("yes"), HasSubstr("10m")));

  EXPECT_EQ(RunAt({"sessions", "update", "a"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("nothing to change"));
  EXPECT_EQ(RunAt({"sessions", "update", "a", "--max-duration", "x"}), kExitUsage);
  EXPECT_EQ(RunAt({"sessions", "update", "a", "--clipboard", "sideways"}), kExitUsage);
  EXPECT_EQ(RunAt({"sessions", "update", "gone", "--view-only", "off"}), kExitRefused);
  EXPECT_EQ(node_.Calls().size(), 2U);
}

TEST_F(PortholectlLiveTest, AnnouncesToSessions) {
  node_.Open(SessionOf("a", "alice"));
  node_.Open(SessionOf("b", "bob"));

  ASSERT_EQ(RunAt({"sessions", "announce", "--subject", "alice", "Backup at noon.", "--level",
                   "warning", "--show-for", "30s"}),
            0)
      << err_;

  EXPECT_EQ(out_, "Shown in 1 sessions.\n");
  const auto request = node_.RequestsOf<v1::AnnounceToSessionsRequest>().at(0);
  EXPECT_EQ(request.text(), "Backup at noon.");
  EXPECT_EQ(request.level(), v1::ANNOUNCEMENT_LEVEL_WARNING);
  EXPECT_EQ(request.show_for().seconds(), 30);
  EXPECT_EQ(RunAt({"sessions", "announce", "to whom?"}), kExitUsage);
}

TEST_F(PortholectlLiveTest, DrainsANodeAndResumes) {
  ASSERT_EQ(RunAt({"node", "drain", "--deadline", "90s", "--reason", "Maintenance"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("yes, until "));
  const auto request = node_.RequestsOf<v1::DrainRequest>().at(0);
  EXPECT_EQ(request.deadline().seconds(), 90);
  EXPECT_EQ(request.reason(), "Maintenance");

  ASSERT_EQ(RunAt({"node", "resume"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("draining    no"));
  EXPECT_EQ(RunAt({"node", "drain"}), kExitUsage);
  EXPECT_EQ(RunAt({"node", "drain", "--deadline", "never"}), kExitUsage);
  EXPECT_EQ(RunAt({"node"}), 0) << "shows it";
  EXPECT_EQ(node_.RequestsOf<v1::GetNodeRequest>().size(), 1U);
}

TEST_F(PortholectlLiveTest, ShowsAFleetAndWhoIsMissing) {
  const FakeNode other("other-node");
  const std::string nodes = node_.Address() + "," + other.Address();

  ASSERT_EQ(Run({"fleet", "status", "--plaintext", "--nodes", nodes}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("fake-node"), HasSubstr("other-node"), HasSubstr("admitting")));

  EXPECT_EQ(Run({"fleet", "--nodes", nodes + ",127.0.0.1:1", "status", "--plaintext"}),
            kExitUnreachable);
  EXPECT_THAT(out_, AllOf(HasSubstr("other-node"), HasSubstr("no answer")));
  EXPECT_THAT(err_, AllOf(HasSubstr("127.0.0.1:1: GetNode: "), Not(HasSubstr(other.Address()))));

  EXPECT_EQ(Run({"--output", "json", "fleet", "--nodes", nodes + ",127.0.0.1:1", "status",
                 "--plaintext"}),
            kExitUnreachable);
  const auto json = boost::json::parse(out_);
  EXPECT_EQ(json.at("nodes").as_array().size(), 3U);
  EXPECT_THAT(out_, AllOf(HasSubstr("\"node_id\""), HasSubstr("\"error\"")));

  EXPECT_EQ(Run({"fleet", "status"}), kExitUsage);
  EXPECT_EQ(Run({"fleet", "status", "--nodes", nodes, "--nodes-name", "localhost:1"}), kExitUsage);
  EXPECT_EQ(Run({"fleet", "status", "--plaintext", "--nodes-name", "no-port"}), kExitRefused);
}

}  // namespace
}  // namespace porthole::cli
