#include "portholectl.h"

#include "tests/unit/control/fixture.h"
#include "token/opener.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// The command line against a real control server.
class PortholectlTest : public control::ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  // Runs portholectl with these words; its output is in out_ and err_.
  int Run(std::vector<std::string> words) {
    words.insert(words.begin(), {"portholectl", "--address", "unix:" + SocketPath()});
    std::vector<const char*> arguments;
    arguments.reserve(words.size());
    for (const std::string& word : words) {
      arguments.push_back(word.c_str());
    }
    std::ostringstream out;
    std::ostringstream err;
    const int code = RunPortholectl(static_cast<int>(arguments.size()), arguments.data(),
                                    {.out = out, .err = err});
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  std::vector<std::string> MintWords() const {
    return {"token",      "mint",
            "--key-id",   "cloud-1",
            "--key-file", directory_.At("key"),
            "--console",  "vm-1",
            "--target",   "tcp://10.1.34.5:5901",
            "--subject",  "alice"};
  }

  std::string out_;
  std::string err_;
};

TEST_F(PortholectlTest, GeneratesAKeySavesItAndPutsItThere) {
  ASSERT_EQ(Run({"keys", "put", "cloud-1", "--generate", "--save", directory_.At("key")}), 0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("cloud-1"));
  EXPECT_EQ(Run({"keys", "put", "cloud-1", "--material-file", directory_.At("key")}), 0) << err_;
  EXPECT_EQ(Run({"keys", "list"}), 0);
  EXPECT_THAT(out_, AllOf(StartsWith("KEY"), HasSubstr("cloud-1"), HasSubstr("jwe")));
  EXPECT_EQ(Run({"keys", "delete", "cloud-1", "--end-sessions"}), 0) << err_;
  EXPECT_EQ(Run({"keys", "delete", "cloud-1"}), kExitRefused);
  EXPECT_THAT(err_, AllOf(StartsWith("portholectl: unix:" + SocketPath() + ": DeleteTokenKey: "),
                          HasSubstr("no token key")));
}

TEST_F(PortholectlTest, PutsTheKeysOfCloudStack) {
  const std::string sixteen = directory_.Write("k", "AAECAwQFBgcICQoLDA0ODw\n");
  const std::vector<std::string> words = {"keys",
                                          "put",
                                          "cs-1",
                                          "--profile",
                                          "cloudstack",
                                          "--key-file",
                                          sixteen,
                                          "--iv-file",
                                          sixteen,
                                          "--hash-key-file",
                                          sixteen,
                                          "--extra-origin",
                                          "https://a.cloud",
                                          "--extra-origin",
                                          "https://b.cloud",
                                          "--check-source-address"};
  ASSERT_EQ(Run(words), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("cloudstack"));
}

TEST_F(PortholectlTest, MintsALinkThatTheNodeTakes) {
  ASSERT_EQ(Run({"keys", "put", "cloud-1", "--generate", "--save", directory_.At("key")}), 0);
  std::vector<std::string> words = MintWords();
  words.insert(words.end(), {"--password-file",
                             directory_.Write("pw", "s3cret\n"),
                             "--name",
                             "web",
                             "--lifetime",
                             "2m",
                             "--view-only",
                             "--sharing",
                             "exclusive",
                             "--idle-timeout",
                             "10m",
                             "--client-ip",
                             "203.0.113.7",
                             "--client-ip",
                             "2001:db8::/32",
                             "--tunnel",
                             "https://xen-1.example",
                             "--tunnel-path",
                             "/console?uuid=1",
                             "--tunnel-cookie-file",
                             directory_.Write("cookie", "session_id=OpaqueRef:7\n"),
                             "--base-url",
                             "https://console.example"});

  ASSERT_EQ(Run(words), 0) << err_;

  const std::string start = "https://console.example/console?token=";
  ASSERT_THAT(out_, StartsWith(start));
  const std::string token = out_.substr(start.size(), out_.size() - start.size() - 1);
  const Judged<token::Grant> judged =
      token::OpenToken(token, keys_, std::chrono::system_clock::now(), token::TokenRules());
  ASSERT_TRUE(std::holds_alternative<token::Grant>(judged)) << std::get<Refusal>(judged).detail;
  const auto& grant = std::get<token::Grant>(judged);
  EXPECT_EQ(grant.password.Reveal(), "s3cret");
  EXPECT_EQ(grant.tunnel.value_or(Tunnel()).cookie.Reveal(), "session_id=OpaqueRef:7");
  EXPECT_EQ(grant.console_name, "web");
  EXPECT_EQ(grant.expires_at - grant.issued_at, std::chrono::minutes(2));
  EXPECT_EQ(grant.policy.view_only, true);
  EXPECT_EQ(grant.policy.sharing, token::SharingWish::kExclusive);
  EXPECT_EQ(grant.policy.idle_timeout, std::chrono::minutes(10));
  EXPECT_EQ(grant.policy.client_ip.size(), 2U);
}

TEST_F(PortholectlTest, PrintsJustTheTokenOrJson) {
  ASSERT_EQ(Run({"keys", "put", "cloud-1", "--generate", "--save", directory_.At("key")}), 0);
  ASSERT_EQ(Run(MintWords()), 0) << err_;
  EXPECT_THAT(out_, testing::MatchesRegex("[A-Za-z0-9_-]+\\.\\.[A-Za-z0-9_.-]+\n"));

  std::vector<std::string> words = MintWords();
  words.insert(words.end(), {"--output", "json", "--base-url", "https://h"});
  ASSERT_EQ(Run(words), 0) << err_;
  const boost::json::value json = boost::json::parse(out_);
  EXPECT_THAT(std::string(json.at("link").as_string()),
              testing::EndsWith(std::string(json.at("token").as_string())));
}

TEST_F(PortholectlTest, ListsAndRevokesSessions) {
  const control::FakeSession one(sessions_, control::Describe(1));
  const control::FakeSession two(sessions_, control::Describe(2, "console-2", "bob"));

  ASSERT_EQ(Run({"sessions", "list", "--subject", "bob"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("session-2"), testing::Not(HasSubstr("session-1"))));
  ASSERT_EQ(Run({"sessions", "list", "--output", "json"}), 0);
  EXPECT_EQ(boost::json::parse(out_).at("sessions").as_array().size(), 2U);

  ASSERT_EQ(Run({"sessions", "revoke", "--console", "console-2", "--block-for", "10m", "--reason",
                 "Moved"}),
            0)
      << err_;
  EXPECT_THAT(out_, HasSubstr("Ended 1 sessions."));
  EXPECT_EQ(two.EndSentence(), "Moved");
  EXPECT_FALSE(one.Record().EndRequested().has_value());
  ASSERT_EQ(Run({"blocks", "list", "--output", "json"}), 0);
  const std::string id(boost::json::parse(out_).at("blocks").at(0).at("block_id").as_string());
  EXPECT_EQ(Run({"blocks", "lift", id}), 0) << err_;
  EXPECT_EQ(blocks_.Size(), 0U);
}

TEST_F(PortholectlTest, ShowsTheNode) {
  ASSERT_EQ(Run({"node"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("node-1"), HasSubstr("memory, gone with the process")));
  ASSERT_EQ(Run({"node", "--output", "json"}), 0);
  EXPECT_EQ(boost::json::parse(out_).at("boot_id").as_string(), "boot-1");
}

TEST_F(PortholectlTest, RefusesAWrongCommandLineWithoutCallingTheNode) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "a command is required, one of keys, token, sessions"},
      {{"nonsense"}, "nonsense"},
      {{"keys"}, "keys: a command is required, one of put, list, delete"},
      {{"keys", "nonsense"}, "nonsense"},
      {{"keys", "put"}, "ID is required"},
      {{"keys", "put", "k"}, "--material-file FILE"},
      {{"keys", "put", "k", "--generate"}, "belong together"},
      {{"keys", "put", "k", "--generate", "--material-file", "f", "--save", "g"}, "give"},
      {{"keys", "put", "k", "--material-file", "f", "--iv-file", "i"}, "--profile cloudstack"},
      {{"keys", "put", "k", "--profile", "x"}, "jwe or cloudstack"},
      {{"keys", "put", "k", "--profile", "cloudstack", "--generate"}, "CloudStack's"},
      {{"keys", "put", "k", "--profile", "cloudstack", "--key-file", "f"}, "--iv-file"},
      {{"sessions", "revoke"}, "Exactly 1 option"},
      {{"sessions", "revoke", "--all", "--subject", "a"}, "Exactly 1 option"},
      {{"sessions", "revoke", "--all", "--block-for", "soon"}, "--block-for: \"soon\""},
      {{"node", "--timeout", "0s"}, "--timeout"},
      {{"node", "--output", "xml"}, "--output"},
      {{"node", "--ca", "x"}, "belong together"},
      {{"node", "--plaintext"}, "a unix socket takes neither"},
      {{"node", "extra"}, "extra"}};
  for (const auto& [words, error] : cases) {
    EXPECT_EQ(Run(words), kExitUsage) << error;
    EXPECT_THAT(err_, AllOf(StartsWith("portholectl: "), HasSubstr(error)));
    EXPECT_EQ(out_, "");
  }
  EXPECT_EQ(keys_.Size(), 0U);
  EXPECT_EQ(blocks_.Size(), 0U);
}

TEST_F(PortholectlTest, NamesTheFileThatIsWrong) {
  EXPECT_EQ(Run({"keys", "put", "k", "--material-file", directory_.At("none")}), kExitRefused);
  EXPECT_THAT(err_, HasSubstr("none: No such file"));
  const std::string there = directory_.Write("there", "x");
  EXPECT_EQ(Run({"keys", "put", "k", "--generate", "--save", there}), kExitRefused);
  EXPECT_THAT(err_, HasSubstr("there: File exists"));
  directory_.Write("key", std::string(43, 'A'));
  std::vector<std::string> words = MintWords();
  words.insert(words.end(), {"--password-file", directory_.Write("pw", "\n")});
  EXPECT_EQ(Run(words), kExitRefused);
  EXPECT_THAT(err_, HasSubstr("must hold a password"));
  EXPECT_EQ(keys_.Size(), 0U);
}

TEST_F(PortholectlTest, SaysThatTheNodeIsNotThere) {
  server_->Shutdown(std::chrono::milliseconds(0));
  EXPECT_EQ(Run({"node"}), kExitUnreachable);
  EXPECT_THAT(err_, StartsWith("portholectl: unix:" + SocketPath() + ": GetNode: "));
}

TEST_F(PortholectlTest, HelpsANewcomer) {
  EXPECT_EQ(Run({"--help"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("Examples:"), HasSubstr("sessions revoke --subject")));
  EXPECT_EQ(Run({"sessions", "revoke", "--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("What the people are told"));
  EXPECT_EQ(Run({"--version"}), 0);
  EXPECT_THAT(out_, StartsWith("portholectl "));
}

}  // namespace
}  // namespace porthole::cli
