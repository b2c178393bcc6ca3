#include "telemetry/control_metrics.h"

#include "telemetry/families.h"

#include <array>

namespace porthole::telemetry {
namespace {

constexpr std::array<const char*, 15> kMethods = {"TokenKeyService/PutTokenKey",
                                                  "TokenKeyService/ListTokenKeys",
                                                  "TokenKeyService/DeleteTokenKey",
                                                  "SessionService/ListSessions",
                                                  "SessionService/GetSession",
                                                  "SessionService/WatchSessions",
                                                  "SessionService/RevokeSessions",
                                                  "SessionService/ListBlocks",
                                                  "SessionService/LiftBlock",
                                                  "SessionService/UpdateSession",
                                                  "SessionService/AnnounceToSessions",
                                                  "NodeService/GetNode",
                                                  "NodeService/Drain",
                                                  "NodeService/Resume",
                                                  "other"};

// gRPC's status codes by number (grpc.io, "Status codes and their use in gRPC").
constexpr std::array<const char*, 17> kCodes = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

const char* CodeName(int code) {
  const bool known = code >= 0 && static_cast<std::size_t>(code) < kCodes.size();
  return known ? kCodes.at(static_cast<std::size_t>(code)) : "UNKNOWN";
}

}  // namespace

ControlMetrics::ControlMetrics(prometheus::Registry& registry)
    : token_keys(GaugeFamily(registry, "porthole_token_keys", "Token keys known now.").Add({})),
      blocks(GaugeFamily(registry, "porthole_blocks", "Blocks in force now.").Add({})),
      watchers(GaugeFamily(registry, "porthole_watchers", "WatchSessions streams now.").Add({})),
      requests_(CounterFamily(registry,
                              "porthole_control_requests_total",
                              "Calls of the control API that finished, by method and code.")) {
  auto& durations = HistogramFamily(registry, "porthole_control_request_duration_seconds",
                                    "Time that calls of the control API took, by method.");
  for (const char* method : kMethods) {
    durations_.emplace(method, &durations.Add({{"method", method}}, ShortTimes()));
    requests_.Add({{"method", method}, {"code", "OK"}});
  }
}

void ControlMetrics::Finished(std::string_view method, int code, std::chrono::nanoseconds took) {
  auto found = durations_.find(method);
  if (found == durations_.end()) {
    found = durations_.find("other");
  }
  found->second->Observe(std::chrono::duration<double>(took).count());
  requests_.Add({{"method", found->first}, {"code", CodeName(code)}}).Increment();
}

}  // namespace porthole::telemetry
