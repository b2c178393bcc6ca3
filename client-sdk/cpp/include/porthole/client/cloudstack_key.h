#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <vector>

namespace porthole::client {

// The three keys of a CloudStack installation, from its configuration table: what opens the links
// that its console proxies open. Wiped when it goes; has no way into a stream or a log.
class CloudStackKey {
 public:
  // The values of `security.encryption.key`, `security.encryption.iv` and `security.hash.key` as
  // CloudStack stores them; white space around them is ignored.
  // Errors: INVALID_ARGUMENT, naming which one cannot be it; never with the text.
  static absl::StatusOr<CloudStackKey> FromTexts(std::string_view key,
                                                 std::string_view iv,
                                                 std::string_view hash_key);

  // Reads the three from files. Errors: those of FromTexts() and of reading, with the file's name.
  static absl::StatusOr<CloudStackKey> ReadFiles(const std::string& key_file,
                                                 const std::string& iv_file,
                                                 const std::string& hash_key_file);

  CloudStackKey(const CloudStackKey&) = default;
  CloudStackKey& operator=(const CloudStackKey&) = default;
  ~CloudStackKey();

  const std::string& Key() const { return key_; }
  const std::string& Iv() const { return iv_; }
  const std::string& HashKey() const { return hash_key_; }

 private:
  CloudStackKey() = default;

  std::string key_;
  std::string iv_;
  std::string hash_key_;
};

// What the node is to make of the links, beside opening them.
struct CloudStackRules {
  // Hold the browser to the address from which the link was asked for.
  bool check_source_address = false;
  // Open the links of CloudStack before 4.18.1, too: their encryption proves nothing.
  bool allow_legacy_cbc = false;
  // Origins of other pages that may open these consoles: "https://cloud.example".
  std::vector<std::string> extra_origins;
};

}  // namespace porthole::client
