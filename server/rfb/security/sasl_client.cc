#include "rfb/security/sasl_client.h"

#include "base/status.h"
#include "rfb/clean_text.h"
#include "rfb/security/sasl_library.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace porthole::rfb {
namespace {

constexpr std::array<std::string_view, 6> kMechanisms{
    "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-384", "SCRAM-SHA-224", "SCRAM-SHA-1", "PLAIN"};
constexpr std::string_view kPlain = "PLAIN";
constexpr std::string_view kOfName = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

// SCRAM lets the host say how often the password is hashed, which takes this worker's time: what
// servers ask for is 4,096 to some ten thousand.
constexpr unsigned long kMaxIterations = 100'000;

std::vector<std::string_view> Names(std::string_view listed) {
  std::vector<std::string_view> names;
  while (true) {
    const std::size_t begin = listed.find_first_of(kOfName);
    if (begin == std::string_view::npos) {
      return names;
    }
    listed.remove_prefix(begin);
    const std::size_t size = std::min(listed.find_first_not_of(kOfName), listed.size());
    names.push_back(listed.substr(0, size));
    listed.remove_prefix(size);
  }
}

// Whether a SCRAM challenge "r=…,s=…,i=4096" (RFC 5802, section 5.1) asks for more than that, or in
// anything but digits: the library reads it by strtoul(), which takes spaces and signs, too.
bool AsksTooMuch(std::string_view challenge) {
  while (!challenge.empty()) {
    const std::string_view part = challenge.substr(0, challenge.find(','));
    challenge.remove_prefix(std::min(part.size() + 1, challenge.size()));
    if (!part.starts_with("i=")) {
      continue;
    }
    unsigned long count = 0;
    const auto [end, error] = std::from_chars(part.data() + 2, part.data() + part.size(), count);
    if (error != std::errc() || end != part.data() + part.size() || count > kMaxIterations) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string_view ChooseMechanism(std::string_view listed, bool plain_may_be) {
  const std::vector<std::string_view> names = Names(listed);
  for (const std::string_view mechanism : kMechanisms) {
    if (mechanism == kPlain && !plain_may_be) {
      continue;
    }
    if (std::ranges::find(names, mechanism) != names.end()) {
      return mechanism;
    }
  }
  return {};
}

SaslClient::SaslClient(const HostCredentials& credentials)
    : username_(credentials.username),
      password_(sizeof(sasl_secret_t) + credentials.password.Reveal().size()) {
  const std::string_view password = credentials.password.Reveal();
  const unsigned long size = password.size();
  const std::span<std::uint8_t> secret = password_.Reveal();
  std::memcpy(secret.data(), &size, sizeof(size));
  std::ranges::copy(password, secret.subspan(offsetof(sasl_secret_t, data)).begin());
  callbacks_ = {{
      {SASL_CB_USER, AsSaslProcedure(reinterpret_cast<AnyCallback>(&SaslClient::GetUser)), this},
      {SASL_CB_AUTHNAME, AsSaslProcedure(reinterpret_cast<AnyCallback>(&SaslClient::GetUser)),
       this},
      {SASL_CB_PASS, AsSaslProcedure(reinterpret_cast<AnyCallback>(&SaslClient::GetPassword)),
       this},
      {SASL_CB_LIST_END, nullptr, nullptr},
  }};
}

SaslClient::~SaslClient() {
  sasl_dispose(&connection_);
}

absl::StatusOr<std::unique_ptr<SaslClient>> SaslClient::Make(const HostCredentials& credentials) {
  std::unique_ptr<SaslClient> client(new SaslClient(credentials));
  absl::Status opened = client->Open();
  if (!opened.ok()) {
    return opened;
  }
  return client;
}

absl::Status SaslClient::Open() {
  // The service and the host's name matter to no mechanism of ours.
  if (!StartSaslLibrary() || sasl_client_new("vnc", "localhost", nullptr, nullptr,
                                             callbacks_.data(), 0, &connection_) != SASL_OK) {
    return absl::InternalError("libsasl2 does not start");
  }
  // No layer: inside TLS it would encrypt twice, and elsewhere none of our mechanisms has one.
  sasl_security_properties_t properties{};
  properties.max_ssf = 0;
  properties.security_flags = SASL_SEC_NOANONYMOUS;
  if (sasl_setprop(connection_, SASL_SEC_PROPS, &properties) != SASL_OK) {
    return absl::InternalError("libsasl2 does not take its security properties");
  }
  return absl::OkStatus();
}

absl::StatusOr<SaslClient::Step> SaslClient::Start(std::string_view mechanism) {
  mechanism_ = mechanism;
  const char* out = nullptr;
  unsigned size = 0;
  const char* chosen = nullptr;
  const int result =
      sasl_client_start(connection_, mechanism_.c_str(), nullptr, &out, &size, &chosen);
  if (result != SASL_OK && result != SASL_CONTINUE) {
    return Error(absl::StatusCode::kInternal, "libsasl2 does not begin " + Words(result));
  }
  return After(result, out, size);
}

absl::StatusOr<SaslClient::Step> SaslClient::Answer(std::optional<std::string_view> challenge) {
  if (challenge && AsksTooMuch(*challenge)) {
    return Error(absl::StatusCode::kInvalidArgument,
                 mechanism_ + ": the host asks for more than 100000 iterations, or in no number");
  }
  const char* out = nullptr;
  unsigned size = 0;
  const int result = sasl_client_step(connection_, challenge ? challenge->data() : nullptr,
                                      challenge ? static_cast<unsigned>(challenge->size()) : 0,
                                      nullptr, &out, &size);
  if (result == SASL_BADSERV || result == SASL_BADAUTH) {
    return Error(absl::StatusCode::kAborted,
                 mechanism_ + ": the host does not show that it knows the password");
  }
  if (result != SASL_OK && result != SASL_CONTINUE) {
    return Error(absl::StatusCode::kInvalidArgument, Words(result));
  }
  return After(result, out, size);
}

absl::StatusOr<SaslClient::Step> SaslClient::After(int result, const char* out, unsigned size) {
  Step step{.answer = std::nullopt, .done = result == SASL_OK};
  if (out != nullptr) {
    step.answer = std::span(reinterpret_cast<const std::uint8_t*>(out), size);
  }
  const void* strength = nullptr;
  if (step.done && sasl_getprop(connection_, SASL_SSF, &strength) == SASL_OK &&
      *static_cast<const sasl_ssf_t*>(strength) != 0) {
    return Error(absl::StatusCode::kInvalidArgument,
                 mechanism_ + ": a SASL security layer was agreed on, which is not spoken here");
  }
  return step;
}

std::string SaslClient::Words(int result) const {
  const std::string_view words = sasl_errstring(result, nullptr, nullptr);
  return mechanism_ + ": " +
         CleanText({reinterpret_cast<const std::uint8_t*>(words.data()), words.size()});
}

int SaslClient::GetUser(void* self, int id, const char** result, unsigned* size) {
  // Nobody wants to act as somebody else: the name that authorises is left to the host.
  const std::string_view name =
      id == SASL_CB_AUTHNAME ? std::string_view(static_cast<SaslClient*>(self)->username_) : "";
  *result = name.data();
  if (size != nullptr) {
    *size = static_cast<unsigned>(name.size());
  }
  return SASL_OK;
}

int SaslClient::GetPassword(sasl_conn_t* /*connection*/,
                            void* self,
                            int /*id*/,
                            sasl_secret_t** secret) {
  // Memory of a vector is aligned for anything.
  *secret =
      reinterpret_cast<sasl_secret_t*>(static_cast<SaslClient*>(self)->password_.Reveal().data());
  return SASL_OK;
}

}  // namespace porthole::rfb
