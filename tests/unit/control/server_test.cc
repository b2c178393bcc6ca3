#include "fixture.h"
#include "tests/unit/control/certificates.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <thread>

namespace porthole::control {
namespace {

using testing::HasSubstr;

class ServerTest : public ControlTest {
 protected:
  static config::Control OnLoopback(std::uint16_t port) {
    config::Control control;
    control.unix_socket.reset();
    control.tcp.emplace();
    control.tcp->port = port;
    control.tcp->plaintext = true;
    return control;
  }

  std::string StartError(const config::Control& control) {
    ControlServer server(control, Around());
    return std::string(server.Start().status().message());
  }

  static mode_t ModeOf(const std::string& path) {
    struct stat facts{};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777;
  }
};

TEST_F(ServerTest, ListensOnAUnixSocketThatOnlyItsUserReaches) {
  config::Control control = OnUnixSocket();
  control.unix_socket->path = directory_.At("porthole/control.sock");
  ControlServer server(control, Around());

  const auto started = server.Start();

  ASSERT_TRUE(started.ok()) << started.status().ToString();
  EXPECT_EQ(started->front().address, "unix:" + control.unix_socket->path);
  EXPECT_FALSE(started->front().tls);
  EXPECT_EQ(ModeOf(directory_.At("porthole")), 0700U);
  EXPECT_EQ(ModeOf(control.unix_socket->path), 0600U);
}

TEST_F(ServerTest, ListensOnBothAtOnceAndSaysWhichPort) {
  config::Control control = OnLoopback(0);
  control.unix_socket = OnUnixSocket().unix_socket;
  Serve(control);

  ASSERT_EQ(addresses_.size(), 2U);
  EXPECT_THAT(addresses_[1].address, testing::MatchesRegex("127.0.0.1:[1-9][0-9]*"));
  Connect(grpc::CreateChannel(addresses_[1].address, grpc::InsecureChannelCredentials()));
  EXPECT_TRUE(PutKey("k", std::string(32, 'k')).ok());
}

TEST_F(ServerTest, GivesEachListenerItsOwnRole) {
  config::Control control = OnLoopback(0);
  control.tcp->plaintext_role = config::Role::kViewer;
  control.unix_socket = OnUnixSocket().unix_socket;
  Serve(control);
  EXPECT_TRUE(PutKey("k", std::string(32, 'k')).ok());

  Connect(grpc::CreateChannel(addresses_[1].address, grpc::InsecureChannelCredentials()));

  EXPECT_EQ(PutKey("k2", std::string(32, 'k')).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(ServerTest, RefusesWhatCannotBeListenedOnWithACause) {
  Serve(OnUnixSocket());
  EXPECT_THAT(StartError(OnUnixSocket()), HasSubstr("another process answers on it"));

  ControlServer first(OnLoopback(0), Around());
  const std::string address = first.Start()->front().address;
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.find(':') + 1)));
  EXPECT_THAT(StartError(OnLoopback(port)),
              testing::AllOf(HasSubstr(address), HasSubstr("Address already in use")));

  config::Control everywhere = OnLoopback(0);
  everywhere.tcp->address = IpAddress::V4({0, 0, 0, 0});
  EXPECT_THAT(StartError(everywhere), HasSubstr("loopback"));
}

TEST_F(ServerTest, RefusesADirectoryThatLetsOthersIn) {
  std::filesystem::create_directory(directory_.At("open"));
  ::chmod(directory_.At("open").c_str(), 0755);
  config::Control control = OnUnixSocket();
  control.unix_socket->path = directory_.At("open/control.sock");
  EXPECT_THAT(StartError(control), HasSubstr("lets others in"));
  EXPECT_EQ(ModeOf(directory_.At("open")), 0755U);

  control.unix_socket->path = directory_.At("no/such/control.sock");
  EXPECT_THAT(StartError(control), HasSubstr("No such file or directory"));
  control.unix_socket->path = directory_.At(std::string(120, 'x'));
  EXPECT_THAT(StartError(control), HasSubstr("at most 107 bytes"));
  control.unix_socket = OnUnixSocket().unix_socket;
  control.unix_socket->group = "no-such-group";
  EXPECT_THAT(StartError(control), HasSubstr("no-such-group"));
}

TEST_F(ServerTest, TakesTheSocketOfAProcessThatIsGone) {
  Serve(OnUnixSocket());
  server_->Shutdown(std::chrono::milliseconds(0));
  directory_.Write("control.sock.lock", "");
  Serve(OnUnixSocket());
  EXPECT_TRUE(PutKey("k", std::string(32, 'k')).ok());
}

TEST_F(ServerTest, RefusesCertificateFilesThatDoNotFit) {
  const TestCa ca;
  const TestCertificate one = ca.Issue("a", {"DNS:localhost"});
  const TestCertificate two = ca.Issue("b", {"DNS:localhost"});
  config::Control control = OnLoopback(0);
  control.tcp->plaintext = false;
  control.tcp->certificate_file = directory_.Write("cert.pem", one.certificate);
  control.tcp->private_key_file = directory_.Write("key.pem", two.private_key);
  control.tcp->client_ca_file = directory_.Write("ca.pem", ca.Pem());
  EXPECT_THAT(StartError(control), HasSubstr("key.pem is not the private key of"));

  directory_.Write("key.pem", "nonsense");
  EXPECT_THAT(StartError(control), HasSubstr("key.pem holds no PEM private key"));
  directory_.Write("key.pem", one.private_key);
  directory_.Write("ca.pem", one.private_key);
  EXPECT_THAT(StartError(control), HasSubstr("ca.pem holds no PEM certificate"));
  std::filesystem::remove(directory_.At("ca.pem"));
  EXPECT_THAT(StartError(control), HasSubstr("ca.pem: No such file or directory"));
}

TEST_F(ServerTest, ShutsDownWhileACallWaits) {
  Serve(OnUnixSocket());
  const FakeSession session(sessions_, Describe(1), FakeSession::WhenTold::kStays);
  grpc::Status status;
  std::thread caller([this, &status] {
    v1::RevokeSessionsRequest request;
    request.mutable_selector()->set_all(true);
    v1::RevokeSessionsResponse response;
    status = Call(*session_stub_, &v1::SessionService::Stub::RevokeSessions, request, response);
  });
  while (!session.Record().EndRequested().has_value()) {
    std::this_thread::yield();
  }

  server_->Shutdown(std::chrono::milliseconds(0));
  caller.join();

  EXPECT_FALSE(status.ok());
  server_->Shutdown(std::chrono::milliseconds(0));  // again: nothing to do
}

TEST_F(ServerTest, RefusesARequestThatIsTooLarge) {
  Serve(OnUnixSocket());
  EXPECT_EQ(PutKey("k", std::string(100'000, 'k')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace porthole::control
