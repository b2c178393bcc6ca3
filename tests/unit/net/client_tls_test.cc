#include "net/client_tls.h"

#include "net/socket_stream.h"
#include "tests/support/bytes.h"
#include "tests/unit/net/certificate.h"
#include "tests/unit/net/loopback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::testing {
namespace {

using net::TlsTrust;
using ::testing::HasSubstr;

// Our stream over one end of a socket pair, and a host on the other. The certificate of "localhost"
// is its own authority.
class ClientTlsTest : public ::testing::Test {
 protected:
  ClientTlsTest() {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
    stream_ = std::make_unique<net::SocketStream>(net::Transport(
        net::Socket(worker_.Loop(), boost::asio::generic::stream_protocol(AF_UNIX, 0), pair[0])));
    host_ = std::make_unique<RawClient>(worker_, pair[1]);
    files_.ca_file = host_files_.certificate;
  }

  // A host's settings: its certificate, and what `more` says.
  std::function<void(SSL_CTX*)> Host(std::function<void(SSL_CTX*)> more = [](SSL_CTX*) {}) {
    return [this, more = std::move(more)](SSL_CTX* context) {
      SSL_CTX_use_certificate_chain_file(context, host_files_.certificate.c_str());
      SSL_CTX_use_PrivateKey_file(context, host_files_.private_key.c_str(), SSL_FILETYPE_PEM);
      more(context);
    };
  }

  // Demands a certificate of `authority`.
  static void DemandCertificate(SSL_CTX* context, const std::string& authority) {
    SSL_CTX_load_verify_file(context, authority.c_str());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }

  Started<absl::Status> Start(net::TlsPeer peer) {
    const auto tls = net::ClientTls::Load(files_);
    EXPECT_TRUE(tls.ok()) << tls.status();
    return {worker_, net::StartTls(stream_, *tls, std::move(peer))};
  }
  Started<absl::Status> Start() {
    return Start({.trust = TlsTrust::kVerified, .name = "localhost"});
  }

  // What comes of a handshake with a host of these settings.
  absl::Status Meet(const std::function<void(SSL_CTX*)>& host, net::TlsPeer peer) {
    Started<absl::Status> started = Start(std::move(peer));
    host_->AcceptTls(host);
    return started.Get();
  }
  absl::Status Meet(const std::function<void(SSL_CTX*)>& host) {
    return Meet(host, {.trust = TlsTrust::kVerified, .name = "localhost"});
  }

  absl::StatusOr<std::size_t> Read() {
    std::vector<std::uint8_t> bytes(16);
    return Await(worker_, stream_->ReadSome(bytes));
  }

  static void ExpectAborted(const absl::Status& status, std::string_view words) {
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_THAT(status.ToString(), HasSubstr(std::string(words)));
  }

  net::Worker worker_;
  CertificateFiles host_files_;
  net::ClientTlsFiles files_;
  std::unique_ptr<net::ByteStream> stream_;
  std::unique_ptr<RawClient> host_;
};

TEST_F(ClientTlsTest, SpeaksToAHostWhoseCertificateIsKnownAndNamesIt) {
  ASSERT_TRUE(Meet(Host()).ok());

  EXPECT_TRUE(Await(worker_, stream_->Write(AsBytes("hello"))).ok());
  EXPECT_TRUE(host_->ReceiveText("hello"));
  host_->Send("and back");
  EXPECT_EQ(Read().value_or(0), 8U);
  EXPECT_EQ(stream_->Facts().tls_version, "TLSv1.3");
}

TEST_F(ClientTlsTest, TakesAuthoritiesOutOfADirectory) {
  files_.ca_file.clear();
  files_.ca_directory =
      std::filesystem::path(host_files_.certificate).parent_path() / "authorities";
  std::filesystem::create_directory(files_.ca_directory);
  std::filesystem::copy(host_files_.certificate, files_.ca_directory + "/one.pem");

  EXPECT_TRUE(Meet(Host()).ok());
}

TEST_F(ClientTlsTest, RefusesACertificateOfAnUnknownAuthority) {
  const CertificateFiles other;
  files_.ca_file = other.certificate;

  ExpectAborted(Meet(Host()), "of an authority that is not known here");
}

TEST_F(ClientTlsTest, RefusesACertificateOfAnotherName) {
  ExpectAborted(Meet(Host(), {.trust = TlsTrust::kVerified, .name = "kvm-7.example"}),
                "is not for kvm-7.example");
}

TEST_F(ClientTlsTest, RefusesACertificateWithoutTheAddress) {
  ExpectAborted(Meet(Host(), {.trust = TlsTrust::kVerified, .name = "127.0.0.1"}),
                "is not for 127.0.0.1");
}

TEST_F(ClientTlsTest, RefusesACertificateThatHasExpired) {
  const CertificateFiles expired(Certificate::Make(-10));
  files_.ca_file = expired.certificate;
  const auto host = [&expired](SSL_CTX* context) {
    SSL_CTX_use_certificate_chain_file(context, expired.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context, expired.private_key.c_str(), SSL_FILETYPE_PEM);
  };

  ExpectAborted(Meet(host), "has expired");
}

TEST_F(ClientTlsTest, RefusesACertificateThatIsNotValidYet) {
  const CertificateFiles early(Certificate::Make(7200, 3600));
  files_.ca_file = early.certificate;
  const auto host = [&early](SSL_CTX* context) {
    SSL_CTX_use_certificate_chain_file(context, early.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context, early.private_key.c_str(), SSL_FILETYPE_PEM);
  };

  ExpectAborted(Meet(host), "is not valid yet");
}

TEST_F(ClientTlsTest, NeedsANameToVerify) {
  ExpectAborted(Start({.trust = TlsTrust::kVerified, .name = ""}).Get(), "there is no name");
}

// In TLS 1.3 the host can say so only after the handshake.
TEST_F(ClientTlsTest, SaysThatTheHostDemandsACertificateAtTheFirstRead) {
  const auto host =
      Host([this](SSL_CTX* context) { DemandCertificate(context, host_files_.certificate); });
  ASSERT_TRUE(Meet(host).ok());

  ExpectAborted(Read().status(), "demands a client certificate, and none is configured");
}

// QEMU hangs up instead of giving an alert.
TEST_F(ClientTlsTest, SaysThatAHostThatHangsUpMayHaveWantedACertificate) {
  const auto host = Host([](SSL_CTX* context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);  // asks, but takes none, too
  });
  ASSERT_TRUE(Meet(host).ok());
  host_->Vanish();

  ExpectAborted(Read().status(), "demands a client certificate, and none is configured");
}

TEST_F(ClientTlsTest, ALaterEndIsAnOrdinaryOne) {
  const auto host =
      Host([](SSL_CTX* context) { SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr); });
  ASSERT_TRUE(Meet(host).ok());
  host_->Send("12345678");
  ASSERT_TRUE(Read().ok());
  host_->SendEnd();

  EXPECT_EQ(Read().status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(ClientTlsTest, SaysThatTheHostDemandsACertificateInAHandshakeOfTls12) {
  const auto host = Host([this](SSL_CTX* context) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    DemandCertificate(context, host_files_.certificate);
  });

  ExpectAborted(Meet(host), "demands a client certificate, and none is configured");
}

TEST_F(ClientTlsTest, ShowsItsCertificateToAHostThatDemandsOne) {
  const CertificateFiles own;
  files_.certificate_file = own.certificate;
  files_.private_key_file = own.private_key;
  const auto host = Host([&own](SSL_CTX* context) { DemandCertificate(context, own.certificate); });
  ASSERT_TRUE(Meet(host).ok());
  host_->Send("welcome");

  EXPECT_EQ(Read().value_or(0), 7U);
}

TEST_F(ClientTlsTest, SaysThatTheHostRefusesItsCertificate) {
  const CertificateFiles own;
  files_.certificate_file = own.certificate;
  files_.private_key_file = own.private_key;
  const auto host =
      Host([this](SSL_CTX* context) { DemandCertificate(context, host_files_.certificate); });
  ASSERT_TRUE(Meet(host).ok());

  ExpectAborted(Read().status(), "refuses our client certificate");
}

TEST_F(ClientTlsTest, SaysThatTheHostDoesNotSpeakTls) {
  Started<absl::Status> started = Start();
  host_->Send("HTTP/1.1 400 Bad Request\r\n\r\n");

  ExpectAborted(started.Get(), "does not speak TLS");
}

TEST_F(ClientTlsTest, SaysThatTheHostHungUp) {
  Started<absl::Status> started = Start();
  host_->Vanish();

  ExpectAborted(started.Get(), "ended the connection in the TLS handshake");
}

TEST_F(ClientTlsTest, HoldsTheLowestVersion) {
  files_.min_version = net::MinTls::kTls13;
  const auto host =
      Host([](SSL_CTX* context) { SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION); });

  ExpectAborted(Meet(host), "no version of TLS");
}

void BeAnonymous(SSL_CTX* context) {
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_cipher_list(context, "aNULL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
}

TEST_F(ClientTlsTest, SpeaksToAnAnonymousHostOnlyWhereThatIsAskedFor) {
  EXPECT_TRUE(Meet(BeAnonymous, {.trust = TlsTrust::kAnonymous, .name = ""}).ok());
  EXPECT_EQ(stream_->Facts().tls_version, "TLSv1.2");
}

TEST_F(ClientTlsTest, AVerifiedHandshakeIsNeverAnonymous) {
  ExpectAborted(Meet(BeAnonymous), "no ");
}

TEST_F(ClientTlsTest, CloseEndsAHandshakeThatHangs) {
  Started<absl::Status> started = Start();
  worker_.Loop().poll();
  stream_->Close({});

  EXPECT_EQ(started.Get().code(), absl::StatusCode::kCancelled);
}

TEST_F(ClientTlsTest, ErrorsNameTheFile) {
  const std::string missing = host_files_.directory.At("missing.pem");
  const std::string rubbish = host_files_.directory.Write("rubbish.pem", "rubbish");
  net::ClientTlsFiles no_authority;
  no_authority.ca_file = missing;
  net::ClientTlsFiles no_directory;
  no_directory.ca_directory = missing;
  net::ClientTlsFiles no_certificate = files_;
  no_certificate.certificate_file = missing;
  no_certificate.private_key_file = host_files_.private_key;
  for (const auto& files : {no_authority, no_directory, no_certificate}) {
    const absl::Status status = net::ClientTls::Load(files).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    EXPECT_THAT(status.ToString(), HasSubstr(missing));
  }
  net::ClientTlsFiles rubbish_authority;
  rubbish_authority.ca_file = rubbish;
  net::ClientTlsFiles rubbish_directory;
  rubbish_directory.ca_directory = std::filesystem::path(rubbish).parent_path();
  for (const auto& files : {rubbish_authority, rubbish_directory}) {
    const absl::Status status = net::ClientTls::Load(files).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace porthole::testing
