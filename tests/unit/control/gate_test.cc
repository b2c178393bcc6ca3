#include "certificates.h"
#include "fixture.h"
#include "watching.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/client_callback.h>

#include <future>

namespace porthole::control {
namespace {

using config::Role;
using grpc::StatusCode;
using testing::HasSubstr;

// The server on loopback TCP with mutual TLS.
class GateTest : public ControlTest {
 protected:
  void SetUp() override {
    const TestCertificate own = ca_.Issue("node", {"DNS:localhost"});
    config::Control& control = control_;
    control.unix_socket.reset();
    control.tcp =
        config::ControlTcp{.address = IpAddress::V4({127, 0, 0, 1}),
                           .port = 0,
                           .certificate_file = directory_.Write("cert.pem", own.certificate),
                           .private_key_file = directory_.Write("key.pem", own.private_key),
                           .client_ca_file = directory_.Write("ca.pem", ca_.Pem())};
    control.callers = {{.name = "dns:cloud.example", .role = Role::kAdmin},
                       {.name = "uri:spiffe://cloud/ops", .role = Role::kOperator},
                       {.name = "cn:monitor", .role = Role::kViewer}};
    server_ = std::make_unique<ControlServer>(control, Around());
    const absl::StatusOr<std::vector<ControlAddress>> started = server_->Start();
    ASSERT_TRUE(started.ok()) << started.status().ToString();
    ASSERT_EQ(started->size(), 1U);
    EXPECT_TRUE(started->front().tls);
    address_ = started->front().address;
  }

  void ConnectAs(const TestCertificate& certificate) { ConnectAs(certificate, ca_); }
  void ConnectAs(const TestCertificate& certificate, const TestCa& trusted) {
    const grpc::SslCredentialsOptions options{.pem_root_certs = trusted.Pem(),
                                              .pem_private_key = certificate.private_key,
                                              .pem_cert_chain = certificate.certificate};
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    Connect(grpc::CreateCustomChannel(address_, grpc::SslCredentials(options), arguments));
  }

  grpc::Status GetNode() {
    v1::GetNodeResponse response;
    return Call(*node_, &v1::NodeService::Stub::GetNode, v1::GetNodeRequest(), response);
  }
  grpc::Status RevokeAll() {
    v1::RevokeSessionsRequest request;
    request.mutable_selector()->set_all(true);
    v1::RevokeSessionsResponse response;
    return Call(*session_stub_, &v1::SessionService::Stub::RevokeSessions, request, response);
  }

  // A unary call of any method, with an empty message.
  grpc::Status CallPath(const std::string& path) {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::ByteBuffer request(nullptr, 0);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, path, {}, &request, &response,
                   [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
    return ended.get_future().get();
  }

  const TestCa ca_;
  std::string address_;
  config::Control control_;
};

TEST_F(GateTest, LetsEachRoleDoWhatItMay) {
  ConnectAs(ca_.Issue("x", {"DNS:cloud.example"}));
  EXPECT_TRUE(PutKey("k", std::string(32, 'k')).ok());
  EXPECT_TRUE(RevokeAll().ok());
  EXPECT_EQ(blocks_.List(clock_.Wall()).at(0).creator, "dns:cloud.example");

  ConnectAs(ca_.Issue("x", {"URI:spiffe://cloud/ops"}));
  EXPECT_TRUE(GetNode().ok());
  EXPECT_TRUE(RevokeAll().ok());
  EXPECT_EQ(PutKey("k", std::string(32, 'k')).error_code(), StatusCode::PERMISSION_DENIED);

  ConnectAs(ca_.Issue("monitor", {}));
  EXPECT_TRUE(GetNode().ok());
  EXPECT_EQ(RevokeAll().error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(RevokeAll().error_message(), HasSubstr("needs the role operator"));
}

TEST_F(GateTest, RefusesACallerWithoutACertificateAndWritesItDown) {
  ConnectAs({});

  const grpc::Status status = GetNode();

  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << status.error_message();
  EXPECT_THAT(status.error_message(), HasSubstr("client certificate is required"));
  EXPECT_EQ(CountOf(R"(porthole_control_requests_total{code="UNAUTHENTICATED",)"
                    R"(method="NodeService/GetNode"})"),
            1);
  server_->Shutdown(std::chrono::milliseconds(0));
  EXPECT_THAT(log_lines_.str(), HasSubstr("\"event\":\"control_refused\""));
  EXPECT_THAT(audit_.Await(1).at(0),
              HasSubstr(R"("event":"control_refused","method":"NodeService/GetNode",)"
                        R"("code":"UNAUTHENTICATED")"));
}

TEST_F(GateTest, RefusesNamesWithoutARoleAndWithTwo) {
  ConnectAs(ca_.Issue("cloud.example", {"DNS:other.example"}));
  EXPECT_EQ(GetNode().error_code(), StatusCode::PERMISSION_DENIED);

  ConnectAs(ca_.Issue("x", {"DNS:cloud.example", "URI:spiffe://cloud/ops"}));
  EXPECT_THAT(GetNode().error_message(), HasSubstr("two roles"));
}

TEST_F(GateTest, IgnoresTheCommonNameBesideAlternativeNames) {
  ConnectAs(ca_.Issue("monitor", {"DNS:other.example"}));
  EXPECT_EQ(GetNode().error_code(), StatusCode::PERMISSION_DENIED);

  ConnectAs(ca_.Issue("monitor", {"IP:127.0.0.1"}));
  EXPECT_EQ(GetNode().error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(GateTest, AForeignAuthorityFailsInTls) {
  const TestCa foreign;
  ConnectAs(foreign.Issue("x", {"DNS:cloud.example"}));
  EXPECT_EQ(GetNode().error_code(), StatusCode::UNAVAILABLE);
}

// Certificate, key and client CA are other ones from one moment to the next; a call that is under
// way notices nothing.
TEST_F(GateTest, NewCertificatesTakeEffectForNewConnectionsAndDropNoCall) {
  ConnectAs(ca_.Issue("x", {"DNS:cloud.example"}));
  Watching watch(*session_stub_, {});
  watch.Sync();
  const TestCa fresh;
  const TestCertificate own = fresh.Issue("node", {"DNS:localhost"});
  directory_.Write("cert.pem", own.certificate);
  directory_.Write("key.pem", own.private_key);
  directory_.Write("ca.pem", fresh.Pem());

  ASSERT_TRUE(server_->Reload(control_).ok());

  EXPECT_TRUE(GetNode().ok()) << "the connection from before goes on";
  const FakeSession session(sessions_, Describe(1));
  EXPECT_EQ(Told(watch.Next()), "OPENED session-1 ADMITTING");
  ConnectAs(ca_.Issue("y", {"DNS:cloud.example"}));
  EXPECT_EQ(GetNode().error_code(), StatusCode::UNAVAILABLE);
  ConnectAs(ca_.Issue("y", {"DNS:cloud.example"}), fresh);
  EXPECT_EQ(GetNode().error_code(), StatusCode::UNAVAILABLE)
      << "the old CA's callers are strangers";
  ConnectAs(fresh.Issue("z", {"DNS:cloud.example"}), fresh);
  EXPECT_TRUE(GetNode().ok());
}

TEST_F(GateTest, APairThatDoesNotFitNeverTakesEffect) {
  const TestCertificate other = ca_.Issue("node", {"DNS:localhost"});
  directory_.Write("key.pem", other.private_key);

  const absl::Status broken = server_->Reload(control_);

  EXPECT_THAT(std::string(broken.message()), HasSubstr("key.pem is not the private key of"));
  ConnectAs(ca_.Issue("x", {"DNS:cloud.example"}));
  EXPECT_TRUE(GetNode().ok());
  directory_.Write("cert.pem", other.certificate);
  EXPECT_TRUE(server_->Reload(control_).ok());
  ConnectAs(ca_.Issue("y", {"DNS:cloud.example"}));
  EXPECT_TRUE(GetNode().ok());
}

TEST_F(GateTest, NewCallersCountAtOnce) {
  ConnectAs(ca_.Issue("x", {"DNS:cloud.example"}));
  EXPECT_TRUE(GetNode().ok());
  control_.callers = {{.name = "dns:other.example", .role = Role::kAdmin}};

  ASSERT_TRUE(server_->Reload(control_).ok());

  EXPECT_EQ(GetNode().error_code(), StatusCode::PERMISSION_DENIED);
  ConnectAs(ca_.Issue("y", {"DNS:other.example"}));
  EXPECT_TRUE(GetNode().ok());
}

TEST_F(GateTest, StandsBeforeHealthReflectionAndMethodsThatDoNotExist) {
  for (const char* path : {"/grpc.health.v1.Health/Check",
                           "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                           "/porthole.control.v1.NodeService/Nothing", "/other.Service/Method"}) {
    ConnectAs(ca_.Issue("x", {"DNS:stranger.example"}));
    EXPECT_EQ(CallPath(path).error_code(), StatusCode::PERMISSION_DENIED) << path;
    ConnectAs({});
    EXPECT_EQ(CallPath(path).error_code(), StatusCode::UNAUTHENTICATED) << path;
  }
  ConnectAs(ca_.Issue("monitor", {}));
  EXPECT_TRUE(CallPath("/grpc.health.v1.Health/Check").ok());
  EXPECT_EQ(CallPath("/porthole.control.v1.NodeService/Nothing").error_code(),
            StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace porthole::control
