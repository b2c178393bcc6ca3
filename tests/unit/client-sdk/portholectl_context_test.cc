#include "porthole/client_testing/fake_node.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/client-sdk/portholectl_run.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

namespace porthole::cli {
namespace {

using client_testing::FakeNode;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// Sets a variable of the environment for a test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { ::unsetenv(name_); }  // NOLINT(concurrency-mt-unsafe)

 private:
  const char* name_;
};

class PortholectlContextTest : public PortholectlRun {
 protected:
  int RunWith(const std::string& text, std::vector<std::string> words) {
    file_ = directory_.Write("context.yaml", text);
    words.insert(words.begin(), {"--context", file_});
    return Run(std::move(words));
  }

  FakeNode node_;
  TempDirectory directory_;
  std::string file_;
};

TEST_F(PortholectlContextTest, GivesTheOptionsTheirValues) {
  const std::string text = "address: " + node_.Address() + "\nplaintext: true\noutput: json\n";

  ASSERT_EQ(RunWith(text, {"node"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("\"node_id\": \"fake-node\""));
  ASSERT_EQ(RunWith(text, {"node", "--output", "table"}), 0) << "the command line goes first";
  EXPECT_THAT(out_, StartsWith("NODE"));
}

TEST_F(PortholectlContextTest, IsFoundInTheEnvironmentAndInTheUsualPlace) {
  const std::string text = "address: " + node_.Address() + "\nplaintext: true\n";
  const Variable home("XDG_CONFIG_HOME", directory_.At("config"));
  EXPECT_EQ(Run({"node"}), kExitUnreachable) << "no file is no fault";
  std::filesystem::create_directories(directory_.At("config/porthole"));
  directory_.Write("config/porthole/context.yaml", text);
  EXPECT_EQ(Run({"node"}), 0) << err_;

  const Variable named("PORTHOLE_CONTEXT", directory_.Write("other.yaml", "address: unix:/none\n"));
  EXPECT_EQ(Run({"node"}), kExitUnreachable);
  EXPECT_THAT(err_, HasSubstr("unix:/none"));
  const Variable address("PORTHOLE_ADDRESS", "unix:/nearer");
  EXPECT_EQ(Run({"node"}), kExitUnreachable) << "the environment goes before the file";
  EXPECT_THAT(err_, HasSubstr("unix:/nearer"));
}

TEST_F(PortholectlContextTest, NamesTheNodesOfAFleet) {
  const FakeNode other("other-node");
  const std::string text =
      "plaintext: true\nnodes:\n  - " + node_.Address() + "\n  - " + other.Address() + "\n";

  ASSERT_EQ(RunWith(text, {"fleet", "status"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("fake-node"), HasSubstr("other-node")));
}

TEST_F(PortholectlContextTest, PathsCountFromItsDirectory) {
  EXPECT_EQ(RunWith("address: host:1\nca: none.pem\ncert: c.pem\nkey: k.pem\n", {"node"}),
            kExitRefused);
  EXPECT_THAT(err_, HasSubstr("cannot open " + directory_.At("none.pem")));
}

TEST_F(PortholectlContextTest, AnAddressOfTheCommandLineLeavesItsTlsBehind) {
  const std::string tls = "address: host:1\nca: none.pem\ncert: c.pem\nkey: k.pem\n";

  EXPECT_EQ(RunWith(tls, {"--address", "unix:/none", "node"}), kExitUnreachable);
  EXPECT_THAT(err_, HasSubstr("unix:/none: GetNode: "));
  EXPECT_EQ(RunWith(tls, {"--address", node_.Address(), "--plaintext", "node"}), 0) << err_;
}

struct Wrong {
  const char* text;
  const char* complaint;
};

class PortholectlWrongContextTest : public PortholectlContextTest,
                                    public testing::WithParamInterface<Wrong> {};

TEST_P(PortholectlWrongContextTest, IsNamedWithFileLineAndKey) {
  EXPECT_EQ(RunWith(GetParam().text, {"node"}), kExitUsage);
  EXPECT_THAT(err_,
              AllOf(StartsWith("portholectl: context " + file_), HasSubstr(GetParam().complaint)));
}

INSTANTIATE_TEST_SUITE_P(
    Files,
    PortholectlWrongContextTest,
    testing::Values(Wrong{"adress: host:1\n", ":1: unknown key \"adress\"; there are address, ca"},
                    Wrong{"address: a:1\naddress: b:1\n", ":2: address: is there twice"},
                    Wrong{"address: [a, b]\n", ":1: address: a text is expected"},
                    Wrong{"address:\n", ": address: a text is expected"},
                    Wrong{"plaintext: maybe\n", ":1: plaintext: true or false is expected"},
                    Wrong{"nodes: a:1\n", ":1: nodes: a list of addresses is expected"},
                    Wrong{"nodes: [a:1, [b:1]]\n", ":1: nodes: a list of addresses is expected"},
                    Wrong{"ca: {x: y}\n", ":1: ca: a path is expected"},
                    Wrong{"output: xml\n", ":1: output: "},
                    Wrong{"- address\n", ":1: a mapping is expected"},
                    Wrong{"address: [open\n", "not YAML"},
                    Wrong{"address: a:1\n---\naddress: b:1\n", "one mapping is expected"},
                    Wrong{"{}: 1\n", ":1: unknown key \"\""}));

TEST_F(PortholectlContextTest, AFileThatCannotBeReadIsNamed) {
  EXPECT_EQ(Run({"--context", directory_.At("none.yaml"), "node"}), kExitUsage);
  EXPECT_THAT(err_, AllOf(HasSubstr("none.yaml"), HasSubstr("No such file")));
  EXPECT_EQ(Run({"--context", directory_.At("."), "node"}), kExitUsage);
  EXPECT_EQ(RunWith(std::string(70'000, '#'), {"node"}), kExitUsage);
  EXPECT_THAT(err_, HasSubstr("longer than 65536 bytes"));
  EXPECT_EQ(RunWith("", {"--address", node_.Address(), "--plaintext", "node"}), 0) << err_;
  EXPECT_EQ(RunWith("nonsense", {"completion", "bash"}), 0) << "it has no part in that";
}

}  // namespace
}  // namespace porthole::cli
