#include "porthole/client/client.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/control/certificates.h"
#include "tests/unit/control/fixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// The SDK against a real control server.
class ConnectionTest : public control::ControlTest {
 protected:
  static absl::Status ErrorOf(const ConnectionOptions& options) {
    return MakeConnection(options).status();
  }

  static Client ClientOf(const ConnectionOptions& options) {
    const auto connection = MakeConnection(options);
    EXPECT_TRUE(connection.ok()) << connection.status().ToString();
    return Client(*connection);
  }

  ConnectionOptions OnUnix() const { return {.address = "unix:" + SocketPath()}; }
};

TEST_F(ConnectionTest, PutsListsAndDeletesKeys) {
  Serve(OnUnixSocket());
  Client client = ClientOf(OnUnix());
  const KeyMaterial material = KeyMaterial::Generate();

  const auto put = client.PutTokenKey("cloud-1", material);

  ASSERT_TRUE(put.ok()) << put.status().ToString();
  EXPECT_EQ(put->key_id(), "cloud-1");
  EXPECT_EQ(client.ListTokenKeys()->size(), 1U);
  EXPECT_EQ(client.PutTokenKey("cloud-1", KeyMaterial::Generate()).status().code(),
            absl::StatusCode::kAlreadyExists);
  v1::DeleteTokenKeyRequest request;
  request.set_key_id("cloud-1");
  EXPECT_TRUE(client.DeleteTokenKey(request).ok());
  EXPECT_TRUE(client.ListTokenKeys()->empty());
}

TEST_F(ConnectionTest, SeesAndEndsSessionsAndLiftsBlocks) {
  Serve(OnUnixSocket());
  Client client = ClientOf(OnUnix());
  const control::FakeSession session(sessions_, control::Describe(1));

  EXPECT_EQ(client.ListSessions()->size(), 1U);
  EXPECT_EQ(client.GetSession("session-1")->subject(), "alice");
  v1::RevokeSessionsRequest request;
  request.mutable_selector()->set_subject("alice");
  EXPECT_EQ(client.RevokeSessions(request)->ended_count(), 1);
  EXPECT_EQ(client.GetSession("session-1").status().code(), absl::StatusCode::kNotFound);
  const auto blocks = client.ListBlocks();
  ASSERT_EQ(blocks->size(), 1U);
  EXPECT_TRUE(client.LiftBlock(blocks->front().block_id()).ok());
  EXPECT_EQ(client.GetNode()->node_id(), "node-1");
}

TEST_F(ConnectionTest, SaysWhereItCannotConnectAndWhy) {
  const ConnectionOptions nobody{.address = "127.0.0.1:1", .tls = {}, .plaintext = true};
  const absl::Status refused = ClientOf(nobody).GetNode().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(refused.message()),
              AllOf(StartsWith("127.0.0.1:1: GetNode: "), HasSubstr("Connection refused")));

  const absl::Status none = ClientOf(OnUnix()).GetNode().status();
  EXPECT_THAT(std::string(none.message()),
              AllOf(StartsWith("unix:" + SocketPath()), HasSubstr("No such file")));
}

TEST_F(ConnectionTest, SpeaksMutualTls) {
  const control::TestCa ca;
  const control::TestCertificate node = ca.Issue("node", {"DNS:node.example"});
  const control::TestCertificate own = ca.Issue("cloud", {"DNS:cloud.example"});
  config::Control control;
  control.unix_socket.reset();
  control.tcp.emplace();
  control.tcp->port = 0;
  control.tcp->certificate_file = directory_.Write("n.pem", node.certificate);
  control.tcp->private_key_file = directory_.Write("nk.pem", node.private_key);
  control.tcp->client_ca_file = directory_.Write("ca.pem", ca.Pem());
  control.callers = {{.name = "dns:cloud.example", .role = config::Role::kViewer}};
  Serve(control);
  ConnectionOptions options{
      .address = addresses_.front().address,
      .tls = TlsFiles{.ca_file = directory_.At("ca.pem"),
                      .certificate_file = directory_.Write("c.pem", own.certificate),
                      .private_key_file = directory_.Write("ck.pem", own.private_key),
                      .server_name = "node.example"}};

  EXPECT_TRUE(ClientOf(options).GetNode().ok());
  EXPECT_EQ(ClientOf(options).LiftBlock("x").code(), absl::StatusCode::kPermissionDenied);

  options.tls->server_name = "other.example";
  EXPECT_EQ(ClientOf(options).GetNode().status().code(), absl::StatusCode::kUnavailable);

  options.tls.reset();
  options.plaintext = true;
  EXPECT_EQ(ClientOf(options).GetNode().status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ConnectionTest, RefusesOptionsThatMakeNoSense) {
  for (const char* address : {"", "host", "host:", ":1", "host:0", "host:65536", "host:1x",
                              "unix:relative", "dns:///host:1", "a,b:1", "::1:9443"}) {
    const ConnectionOptions options{.address = address, .tls = {}, .plaintext = true};
    EXPECT_EQ(ErrorOf(options).code(), absl::StatusCode::kInvalidArgument) << address;
  }
  EXPECT_THAT(ErrorOf({.address = "host:1"}).ToString(), HasSubstr("ask for plaintext"));
  EXPECT_THAT(ErrorOf({.address = "unix:/x", .tls = {}, .plaintext = true}).ToString(),
              HasSubstr("a unix socket takes neither"));
}

TEST_F(ConnectionTest, NamesTheFileThatIsWrong) {
  const TlsFiles missing{.ca_file = directory_.At("none.pem"),
                         .certificate_file = "x",
                         .private_key_file = "x",
                         .server_name = ""};
  EXPECT_THAT(ErrorOf({.address = "h:1", .tls = missing}).ToString(),
              AllOf(HasSubstr("none.pem"), HasSubstr("No such file")));

  const TlsFiles nonsense{.ca_file = directory_.Write("ca.pem", "hello"),
                          .certificate_file = "x",
                          .private_key_file = "x",
                          .server_name = ""};
  EXPECT_THAT(ErrorOf({.address = "h:1", .tls = nonsense}).ToString(),
              HasSubstr("ca.pem is not a PEM file"));
}

}  // namespace
}  // namespace porthole::client
