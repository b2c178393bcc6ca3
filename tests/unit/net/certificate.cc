#include "tests/unit/net/certificate.h"

#include "net/tls_certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace porthole::testing {
namespace {

std::string Text(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

}  // namespace

Certificate Certificate::Make(long seconds, long starts_in, const std::string& names) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(X509_new(), X509_free);
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), seconds < 0 ? seconds - 10 : starts_in);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), seconds);
  X509_set_pubkey(x509.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(x509.get(), name);
  if (!names.empty()) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(x509.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x509.get(), key.get(), EVP_sha256());
  BIO* const certificate = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(certificate, x509.get());
  BIO* const private_key = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(private_key, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {.certificate_pem = Text(certificate), .private_key_pem = Text(private_key)};
}

std::string Certificate::EncryptedKey(const std::string& passphrase) const {
  BIO* const plain =
      BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size()));
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(plain, nullptr, nullptr, nullptr);
  BIO_free(plain);
  BIO* const sealed = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(sealed, key, EVP_aes_256_cbc(), passphrase.data(),
                                static_cast<int>(passphrase.size()), nullptr, nullptr);
  EVP_PKEY_free(key);
  return Text(sealed);
}

std::shared_ptr<const net::TlsContext> CertificateFiles::Server() const {
  return *net::TlsContext::ForServer({*net::TlsCertificate::Load(certificate, private_key)},
                                     net::MinTls::kTls12);
}

}  // namespace porthole::testing
