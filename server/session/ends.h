#pragma once

#include "base/end_reason.h"
#include "net/byte_stream.h"

#include <absl/status/status.h>

#include <string>

namespace porthole::session {

// Why a session ends: for the person a sentence, for the log a detail. This is the one place where
// a failed step's Status becomes an EndReason (design, section 7).
struct End {
  EndReason reason = EndReason::kInternalError;
  std::string sentence;
  std::string detail;
};

End EndOf(const Refusal& refusal);
// The host could not be dialled.
End DialEnd(const absl::Status& status);
// The host did not get through its handshake.
End HostHandshakeEnd(const absl::Status& status);
// The host ended an established session.
End HostEnd(const absl::Status& status);
// The viewer ended, in a handshake or later.
End ViewerEnd(const absl::Status& status);
// A time limit of ours passed; the reason says which.
End TimeLimitEnd(EndReason reason, std::string detail);

// What the viewer is told.
net::Ending EndingOf(const End& end);

}  // namespace porthole::session
