#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace porthole {

// Why a session ended or was never admitted: the one enumeration that the WebSocket close, the
// viewer's sentence, the audit log, the metrics label and the control API share.
enum class EndReason : std::uint8_t {
  kViewerClosed,
  kViewerLost,
  kViewerTimeout,
  kHostClosed,
  kHostLost,
  kDraining,
  kProtocolError,
  kInternalError,
  kTokenMissing,
  kTokenInvalid,
  kTokenExpired,
  kTokenUsed,
  kTokenNotYetValid,
  kRevoked,
  kForbidden,
  kIdleTimeout,
  kReplaced,
  kMaxDuration,
  kBusy,
  kTooMany,
  kHostUnreachable,
  kHostTimeout,
  kHostAuthFailed,
  kHostTlsFailed,
  kHostProtocolError,
};
inline constexpr int kEndReasonCount = static_cast<int>(EndReason::kHostProtocolError) + 1;

// The name in logs and metrics, e.g. "token_expired".
std::string_view Name(EndReason reason);

// The WebSocket close code (RFC 6455, section 7.4); 0 where no close frame is sent.
std::uint16_t CloseCode(EndReason reason);

// What the person in front of the viewer reads when nobody has anything more exact to say.
std::string_view Sentence(EndReason reason);

// A "no" with everything that those who hear it need. The token's names are set once they were
// read, proven or not.
struct Refusal {
  EndReason reason = EndReason::kInternalError;
  std::string sentence;  // for the person; never holds a secret or a host's address
  std::string detail;    // for the log; never holds a secret
  std::string key_id;
  std::string token_id;
};

// A refusal with the reason's own sentence.
Refusal Refuse(EndReason reason, std::string detail);

// A value, or why there is none.
template <typename T>
using Judged = std::variant<T, Refusal>;

}  // namespace porthole
