#include "session/ends.h"

#include "base/status.h"

#include <utility>

namespace porthole::session {
namespace {

End Make(EndReason reason, const absl::Status& status) {
  return {reason, std::string(Sentence(reason)), Message(status)};
}

}  // namespace

End EndOf(const Refusal& refusal) {
  return {refusal.reason, refusal.sentence, refusal.detail};
}

End DialEnd(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kPermissionDenied: {
      End end = Make(EndReason::kForbidden, status);
      end.sentence = "The console server may not connect to this virtual machine's host.";
      return end;
    }
    case absl::StatusCode::kDeadlineExceeded:
      return Make(EndReason::kHostTimeout, status);
    case absl::StatusCode::kAborted:
      return Make(EndReason::kHostTlsFailed, status);
    case absl::StatusCode::kResourceExhausted: {
      End end = Make(EndReason::kTooMany, status);
      end.sentence = "This console server is full. Try again in a moment.";
      return end;
    }
    default:
      return Make(EndReason::kHostUnreachable, status);
  }
}

End HostHandshakeEnd(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return Make(EndReason::kHostAuthFailed, status);
    case absl::StatusCode::kPermissionDenied: {
      End end = Make(EndReason::kHostAuthFailed, status);
      end.sentence = "The virtual machine's host refused the connection.";
      return end;
    }
    case absl::StatusCode::kFailedPrecondition: {
      End end = Make(EndReason::kHostAuthFailed, status);
      end.sentence = "The virtual machine's host offers no way to log in that is enabled here.";
      return end;
    }
    case absl::StatusCode::kAborted:
      return Make(EndReason::kHostTlsFailed, status);
    case absl::StatusCode::kInvalidArgument:
      return Make(EndReason::kHostProtocolError, status);
    default:
      return HostEnd(status);
  }
}

End HostEnd(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOutOfRange:
      return Make(EndReason::kHostClosed, status);
    case absl::StatusCode::kInvalidArgument:
      return Make(EndReason::kHostProtocolError, status);
    default:
      return Make(EndReason::kHostLost, status);
  }
}

End ViewerEnd(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOutOfRange:
      return Make(EndReason::kViewerClosed, status);
    case absl::StatusCode::kInvalidArgument:
      return Make(EndReason::kProtocolError, status);
    default:
      return Make(EndReason::kViewerLost, status);
  }
}

End TimeLimitEnd(EndReason reason, std::string detail) {
  return {reason, std::string(Sentence(reason)), std::move(detail)};
}

net::Ending EndingOf(const End& end) {
  return {CloseCode(end.reason), end.sentence};
}

}  // namespace porthole::session
