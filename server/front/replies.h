#pragma once

#include "base/end_reason.h"
#include "net/http.h"
#include "telemetry/front_metrics.h"

#include <absl/status/status.h>

#include <chrono>
#include <optional>
#include <string>

namespace porthole::front {

// A refusal over plain HTTP: the status, what the metrics call it, and what the person reads.
struct HttpNo {
  unsigned status = 400;
  telemetry::HttpRefusal counted = telemetry::HttpRefusal::kBadRequest;
  std::string reason;   // e.g. "bad_request"; an end reason's name where there is one
  std::string message;  // a sentence
  net::HeaderList headers;
};

HttpNo BadRequest(std::string message);
HttpNo TooLarge();
HttpNo NotFound();
// `allowed`: the methods, as the Allow header lists them.
HttpNo MethodNotAllowed(const std::string& allowed);
// What to say to a request that could not be read (net::HttpConnection::ReadRequest()); nothing
// where nobody listens any more or the request did not come at all.
std::optional<HttpNo> UnreadRequest(const absl::Status& why);
HttpNo UpgradeRequired();
HttpNo OriginRefused();
HttpNo TooManyAttempts(std::chrono::seconds retry_after);
HttpNo TooManyConnections();  // of one address
HttpNo NodeIsFull();          // of connections or descriptors
// Why a console link shows no console.
HttpNo LinkRefused(const Refusal& refusal);

// The refusal as a JSON body: {"reason": …, "message": …}.
net::HttpResponse JsonReply(const HttpNo& no);

}  // namespace porthole::front
