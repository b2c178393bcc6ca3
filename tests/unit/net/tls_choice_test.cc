#include "net/tls.h"
#include "net/tls_certificate.h"
#include "tests/unit/net/certificate.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace porthole::testing {
namespace {

struct Free {
  void operator()(SSL* tls) const { SSL_free(tls); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using Session = std::unique_ptr<SSL_SESSION, Free>;

// Which certificate a client was shown, by its place, and what it can resume with.
struct Met {
  std::optional<std::size_t> shown;  // none: the handshake failed
  bool resumed = false;
  Session session;
};

// A listener with a certificate for a.example and *.a.example, one for b.example and one for
// deep.a.example, and clients of one version of TLS.
class TlsChoice : public ::testing::TestWithParam<int> {
 protected:
  static std::shared_ptr<const net::TlsCertificate> CertificateFor(const std::string& names) {
    const CertificateFiles files(Certificate::Make(3600, 0, names));
    return *net::TlsCertificate::Load(files.certificate, files.private_key);
  }

  std::size_t PlaceOf(const X509* certificate) const {
    std::size_t place = 0;
    while (X509_cmp(SSL_CTX_get0_certificate(certificates_.at(place)->Native()), certificate) !=
           0) {
      ++place;
    }
    return place;
  }

  // A handshake in memory; a null `name` asks for none.
  Met Meet(const char* name, const Session& offered = nullptr) const {
    const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context.get(), GetParam());
    SSL_CTX_set_max_proto_version(context.get(), GetParam());
    const std::unique_ptr<SSL, Free> client(SSL_new(context.get()));
    const std::unique_ptr<SSL, Free> server(context_->NewConnection());
    BIO* near = nullptr;
    BIO* far = nullptr;
    BIO_new_bio_pair(&near, 0, &far, 0);
    SSL_set_bio(client.get(), near, near);
    SSL_set_bio(server.get(), far, far);
    SSL_set_connect_state(client.get());
    SSL_set_accept_state(server.get());
    if (name != nullptr) {
      SSL_set_tlsext_host_name(client.get(), name);
    }
    if (offered != nullptr) {
      SSL_set_session(client.get(), offered.get());
    }
    constexpr int kRounds = 10;
    int done = 0;
    for (int i = 0; i < kRounds && done < 2; ++i) {
      done = SSL_do_handshake(client.get()) == 1 ? 1 : 0;
      done += SSL_do_handshake(server.get()) == 1 ? 1 : 0;
    }
    if (done < 2) {
      return {};
    }
    std::array<char, 1> none{};
    SSL_read(client.get(), none.data(), none.size());  // the tickets of TLS 1.3
    // Without a good end OpenSSL does not let a session be resumed.
    SSL_set_shutdown(client.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    return {.shown = PlaceOf(SSL_get0_peer_certificate(client.get())),
            .resumed = SSL_session_reused(client.get()) == 1,
            .session = Session(SSL_get1_session(client.get()))};
  }

  net::TlsCertificates certificates_ = {CertificateFor("DNS:a.example, DNS:*.a.example"),
                                        CertificateFor("DNS:b.example, IP:192.0.2.1"),
                                        CertificateFor("DNS:deep.a.example")};
  std::shared_ptr<const net::TlsContext> context_ =
      *net::TlsContext::ForServer(certificates_, net::MinTls::kTls12);
};

INSTANTIATE_TEST_SUITE_P(Net,
                         TlsChoice,
                         ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& info) {
                           return std::string(info.param == TLS1_2_VERSION ? "Tls12" : "Tls13");
                         });

TEST_P(TlsChoice, IsTheCertificateForTheName) {
  EXPECT_EQ(Meet("b.example").shown, 1U);
  EXPECT_EQ(Meet("B.Example").shown, 1U);
  EXPECT_EQ(Meet("any.a.example").shown, 0U);
  EXPECT_EQ(Meet("deep.a.example").shown, 2U);
}

TEST_P(TlsChoice, IsTheFirstWhereNoneIsForTheName) {
  EXPECT_EQ(Meet(nullptr).shown, 0U);
  EXPECT_EQ(Meet("c.example").shown, 0U);
  EXPECT_EQ(Meet("very.deep.a.example").shown, 0U);
}

TEST_P(TlsChoice, SessionsAreResumedWithTheSameCertificate) {
  const Met first = Meet("b.example");
  ASSERT_EQ(first.shown, 1U);
  EXPECT_FALSE(first.resumed);

  const Met again = Meet("b.example", first.session);

  EXPECT_EQ(again.shown, 1U);
  EXPECT_TRUE(again.resumed);
}

// Or else whoever holds a session with one name would be taken for a guest of another.
TEST_P(TlsChoice, ASessionWithOneCertificateIsNoneWithAnother) {
  const Met first = Meet("b.example");
  for (const char* const other : {"a.example", "deep.a.example"}) {
    const Met met = Meet(other, first.session);

    EXPECT_FALSE(met.resumed) << other;
    EXPECT_NE(met.shown, 1U) << other;
    EXPECT_TRUE(met.shown.has_value()) << other;
  }
}

TEST_P(TlsChoice, SharesCertificatesWithTheOneBefore) {
  certificates_.erase(certificates_.begin());
  context_ = *net::TlsContext::ForServer(certificates_, net::MinTls::kTls12);

  EXPECT_EQ(Meet("b.example").shown, 0U);
  EXPECT_EQ(Meet("deep.a.example").shown, 1U);
  EXPECT_EQ(Meet("a.example").shown, 0U);
}

TEST(TlsContext, ServesNothingOlderThanItMay) {
  const CertificateFiles files;
  const auto certificate = net::TlsCertificate::Load(files.certificate, files.private_key);
  const auto context = net::TlsContext::ForServer({*certificate}, net::MinTls::kTls13);
  const std::unique_ptr<SSL, Free> connection((*context)->NewConnection());
  EXPECT_EQ(SSL_get_min_proto_version(connection.get()), TLS1_3_VERSION);
}

}  // namespace
}  // namespace porthole::testing
