#include "net/tls_certificate.h"
#include "tests/unit/net/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

namespace porthole::testing {
namespace {

absl::Status Load(const std::string& certificate, const std::string& key) {
  return net::TlsCertificate::Load(certificate, key).status();
}

TEST(TlsCertificate, KnowsWhenItExpires) {
  const CertificateFiles files(Certificate::Make(5000));
  const auto certificate = net::TlsCertificate::Load(files.certificate, files.private_key);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  const auto left = (*certificate)->Expiry() - std::chrono::system_clock::now();
  EXPECT_GT(left, std::chrono::seconds(4900));
  EXPECT_LE(left, std::chrono::seconds(5000));
}

TEST(TlsCertificate, ErrorsNameTheFile) {
  const CertificateFiles files;
  const CertificateFiles other;
  const std::string missing = files.directory.At("missing.pem");
  const std::string rubbish = files.directory.Write("rubbish.pem", "rubbish");
  EXPECT_EQ(Load(missing, files.private_key).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(Load(missing, files.private_key).ToString(), ::testing::HasSubstr(missing));
  EXPECT_EQ(Load(files.certificate, missing).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Load(rubbish, files.private_key).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Load(files.certificate, rubbish).ToString(), ::testing::HasSubstr(rubbish));
  const absl::Status mismatch = Load(files.certificate, other.private_key);
  EXPECT_EQ(mismatch.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(mismatch.ToString(), ::testing::HasSubstr(other.private_key));
}

// Nobody sits at the terminal that OpenSSL would ask.
TEST(TlsCertificate, AKeyWithAPassphraseIsAnErrorAndNoQuestion) {
  const CertificateFiles files;
  const std::string locked =
      files.directory.Write("locked.pem", files.made.EncryptedKey("passphrase"));
  EXPECT_EQ(Load(files.certificate, locked).code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace porthole::testing
