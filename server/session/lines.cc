#include "session/lines.h"

#include <atomic>
#include <initializer_list>
#include <string_view>

namespace porthole::session {
namespace {

using telemetry::Level;

void WriteDown(const Books& books,
               Level level,
               std::string_view event,
               std::initializer_list<telemetry::Field> fields) {
  const telemetry::JsonFields text(fields);
  books.log.Log(level, event, text);
  books.audit.Record(event, text);
}

}  // namespace

double Seconds(SteadyTime::duration span) {
  return std::chrono::duration<double>(span).count();
}

void LogRefused(const Books& books, const Refusal& refusal, const IpAddress& client) {
  const auto level = refusal.reason == EndReason::kInternalError ? Level::kError : Level::kInfo;
  WriteDown(books, level, "session_refused",
            {{"reason", Name(refusal.reason)},
             {"detail", refusal.detail},
             {"kid", refusal.key_id},
             {"jti", refusal.token_id},
             {"client", client.ToString()}});
}

void LogOpened(const Books& books,
               const Record& record,
               const rfb::HostGreeting& host,
               std::chrono::steady_clock::duration took) {
  const Description& about = record.About();
  const SessionNames& names = about.names;
  WriteDown(books, Level::kInfo, "session_opened",
            {{"session", names.session_id},
             {"console", names.console_id},
             {"console_name", about.console_name},
             {"subject", names.subject},
             {"kid", names.key_id},
             {"jti", names.token_id},
             {"client", names.client_address.ToString()},
             {"target", about.target},
             {"tls", about.viewer.tls_version},
             {"host_version", host.protocol_version},
             {"host_security", host.security_type},
             {"width", host.width},
             {"height", host.height},
             {"seconds", Seconds(took)}});
}

void LogEnded(const Books& books, const Record& record, const Outcome& outcome) {
  const SessionNames& names = record.Names();
  const Traffic& traffic = record.Moved();
  const auto level = outcome.end.reason == EndReason::kInternalError ? Level::kError : Level::kInfo;
  WriteDown(books, level, outcome.opened ? "session_ended" : "session_failed",
            {{"session", names.session_id},
             {"console", names.console_id},
             {"subject", names.subject},
             {"kid", names.key_id},
             {"jti", names.token_id},
             {"client", names.client_address.ToString()},
             {"target", record.About().target},
             {"reason", Name(outcome.end.reason)},
             {"detail", outcome.end.detail},
             {"sentence", outcome.end.sentence},
             {"seconds", Seconds(outcome.lasted)},
             {"bytes_to_viewer", traffic.bytes_to_viewer.load(std::memory_order_relaxed)},
             {"bytes_to_host", traffic.bytes_to_host.load(std::memory_order_relaxed)},
             {"viewer_reset", outcome.closing == net::Closing::kReset}});
}

}  // namespace porthole::session
