#pragma once

#include <string>
#include <vector>

namespace porthole::control {

// A certificate with its private key, as PEM.
struct TestCertificate {
  std::string certificate;
  std::string private_key;
};

// A certificate authority of a test's own.
class TestCa {
 public:
  TestCa();

  // A certificate for `common_name` with alternative names in OpenSSL's words, e.g.
  // "DNS:cloud.example", "URI:spiffe://cloud/api".
  TestCertificate Issue(const std::string& common_name,
                        const std::vector<std::string>& alternative_names) const;

  const std::string& Pem() const { return own_.certificate; }

 private:
  TestCertificate own_;
};

}  // namespace porthole::control
