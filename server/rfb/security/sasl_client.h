#pragma once

#include "rfb/host_credentials.h"
#include "rfb/security/secret_bytes.h"

#include <absl/status/statusor.h>
#include <sasl/sasl.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace porthole::rfb {

// The mechanism to use of those that a host lists, separated by whatever is no part of a name:
// SCRAM-SHA-256, or another SCRAM, whose host must know the password, too; else PLAIN if it may be.
// Empty: none. No other is ever used: they are weaker, or let in who has no password.
std::string_view ChooseMechanism(std::string_view listed, bool plain_may_be);

// Our side of one SASL dialogue (RFC 4422), by libsasl2, without a security layer. Thread-safe as
// far as different objects go.
class SaslClient {
 public:
  // What to send, in the library's memory until the next call. Nothing is not the same as nothing
  // in it.
  struct Step {
    std::optional<std::span<const std::uint8_t>> answer;
    bool done;  // nothing is left to hear from the host, which identified itself if it can
  };

  // Errors: INTERNAL libsasl2 fails.
  static absl::StatusOr<std::unique_ptr<SaslClient>> Make(const HostCredentials& credentials);

  SaslClient(const SaslClient&) = delete;
  SaslClient& operator=(const SaslClient&) = delete;
  ~SaslClient();

  // Begins with one of ChooseMechanism(). Errors: INTERNAL it is not installed.
  absl::StatusOr<Step> Start(std::string_view mechanism);
  // Goes on. Errors: ABORTED the host could not show that it knows the password;
  // INVALID_ARGUMENT it breaks the mechanism's protocol.
  absl::StatusOr<Step> Answer(std::optional<std::string_view> challenge);

 private:
  explicit SaslClient(const HostCredentials& credentials);

  absl::Status Open();
  absl::StatusOr<Step> After(int result, const char* out, unsigned size);
  // "SCRAM-SHA-256: authentication failure", the library's words alone.
  std::string Words(int result) const;

  static int GetUser(void* self, int id, const char** result, unsigned* size);
  static int GetPassword(sasl_conn_t* connection, void* self, int id, sasl_secret_t** secret);

  std::string username_;
  std::string mechanism_;
  SecretBytes password_;  // as a sasl_secret_t
  std::array<sasl_callback_t, 4> callbacks_{};
  sasl_conn_t* connection_ = nullptr;
};

}  // namespace porthole::rfb
