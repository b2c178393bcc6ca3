#include "certificates.h"
#include "fixture.h"

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
    config::Control control;
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

  void ConnectAs(const TestCertificate& certificate) {
    const grpc::SslCredentialsOptions options{.pem_root_certs = ca_.Pem(),
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
