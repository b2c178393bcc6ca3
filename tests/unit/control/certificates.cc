#include "certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace porthole::control {
namespace {

constexpr long kHour = 3600;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Free>;
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Bio = std::unique_ptr<BIO, Free>;

void Check(bool good) {
  if (!good) {
    throw std::runtime_error("OpenSSL failed");
  }
}

std::string TextOf(BIO* bio) {
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(length)};
}

TestCertificate PemOf(X509* certificate, EVP_PKEY* key) {
  const Bio certificate_bio(BIO_new(BIO_s_mem()));
  const Bio key_bio(BIO_new(BIO_s_mem()));
  Check(PEM_write_bio_X509(certificate_bio.get(), certificate) == 1);
  Check(PEM_write_bio_PrivateKey(key_bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return {.certificate = TextOf(certificate_bio.get()), .private_key = TextOf(key_bio.get())};
}

void AddExtension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// A certificate that nobody has signed yet.
Certificate Begin(const std::string& common_name, EVP_PKEY* key) {
  Certificate certificate(X509_new());
  long serial = 0;
  Check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), 4) == 1);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kHour);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kHour);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1,
                             0);
  Check(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

}  // namespace

TestCa::TestCa() {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = Begin("test ca", key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  AddExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  Check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  own_ = PemOf(certificate.get(), key.get());
}

TestCertificate TestCa::Issue(const std::string& common_name,
                              const std::vector<std::string>& alternative_names) const {
  const Bio ca_bio(BIO_new_mem_buf(own_.certificate.data(), -1));
  const Bio ca_key_bio(BIO_new_mem_buf(own_.private_key.data(), -1));
  const Certificate ca(PEM_read_bio_X509(ca_bio.get(), nullptr, nullptr, nullptr));
  const Key ca_key(PEM_read_bio_PrivateKey(ca_key_bio.get(), nullptr, nullptr, nullptr));
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = Begin(common_name, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
  std::string names;
  for (const std::string& name : alternative_names) {
    names += (names.empty() ? "" : ",") + name;
  }
  if (!names.empty()) {
    AddExtension(certificate.get(), NID_subject_alt_name, names);
  }
  Check(X509_sign(certificate.get(), ca_key.get(), EVP_sha256()) > 0);
  return PemOf(certificate.get(), key.get());
}

}  // namespace porthole::control
