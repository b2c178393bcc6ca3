#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace porthole::telemetry {
namespace {

class MetricsTest : public testing::Test {
 protected:
  // The value of one series, as in `porthole_sessions{state="active"}`; "" when there is none.
  std::string ValueOf(const std::string& series) const {
    std::istringstream lines(metrics_.Scrape());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(series + " ")) {
        return line.substr(series.size() + 1);
      }
    }
    return "";
  }

  Metrics metrics_{BuildInfo{.version = "1.2.3", .revision = "abc"}, 2};
};

TEST_F(MetricsTest, CountsSessionsByState) {
  metrics_.session.In(SessionState::kAdmitting).Increment();
  metrics_.session.In(SessionState::kAdmitting).Increment();
  metrics_.session.Move(SessionState::kAdmitting, SessionState::kDialling);

  EXPECT_EQ(ValueOf("porthole_sessions{state=\"admitting\"}"), "1");
  EXPECT_EQ(ValueOf("porthole_sessions{state=\"dialling\"}"), "1");
  EXPECT_EQ(ValueOf("porthole_sessions{state=\"handshaking\"}"), "0");
  EXPECT_EQ(ValueOf("porthole_sessions{state=\"active\"}"), "0");
  EXPECT_EQ(ValueOf("porthole_sessions{state=\"ending\"}"), "0");
}

TEST_F(MetricsTest, HasEveryEndReasonFromTheStart) {
  for (int i = 0; i < kEndReasonCount; ++i) {
    const auto reason = static_cast<EndReason>(i);
    const std::string name(Name(reason));
    const std::string ended = "porthole_sessions_ended_total{reason=\"" + name + "\"}";
    const std::string refused = "porthole_admissions_total{result=\"" + name + "\"}";
    EXPECT_EQ(ValueOf(ended), "0");
    EXPECT_EQ(ValueOf(refused), "0");

    metrics_.session.Ended(reason).Increment();
    metrics_.admission.Refused(reason).Increment(2);
    EXPECT_EQ(ValueOf(ended), "1");
    EXPECT_EQ(ValueOf(refused), "2");
  }
}

TEST_F(MetricsTest, CountsAdmittedSessionsAndTheirTimes) {
  metrics_.admission.admitted.Increment();
  metrics_.session.opened.Increment();
  metrics_.session.duration_seconds.Observe(42);
  metrics_.session.host_handshake_seconds.Observe(0.003);
  metrics_.session.viewer_handshake_seconds.Observe(20);

  EXPECT_EQ(ValueOf("porthole_admissions_total{result=\"admitted\"}"), "1");
  EXPECT_EQ(ValueOf("porthole_sessions_opened_total"), "1");
  EXPECT_EQ(ValueOf("porthole_session_duration_seconds_bucket{le=\"15\"}"), "0");
  EXPECT_EQ(ValueOf("porthole_session_duration_seconds_bucket{le=\"60\"}"), "1");
  EXPECT_EQ(ValueOf(R"(porthole_handshake_duration_seconds_bucket{side="host",le="0.0025"})"), "0");
  EXPECT_EQ(ValueOf(R"(porthole_handshake_duration_seconds_bucket{side="host",le="0.005"})"), "1");
  EXPECT_EQ(ValueOf(R"(porthole_handshake_duration_seconds_bucket{side="viewer",le="15"})"), "0");
  EXPECT_EQ(ValueOf("porthole_handshake_duration_seconds_count{side=\"viewer\"}"), "1");
}

TEST_F(MetricsTest, CountsUnknownSecurityTypesAsOther) {
  metrics_.session.HostSecurity("VncAuth").Increment();
  metrics_.session.HostSecurity("a type that a host made up").Increment();
  metrics_.session.HostSecurity("").Increment();

  EXPECT_EQ(ValueOf("porthole_host_security_total{type=\"VncAuth\"}"), "1");
  EXPECT_EQ(ValueOf("porthole_host_security_total{type=\"other\"}"), "2");
  EXPECT_EQ(metrics_.Scrape().find("made up"), std::string::npos);
}

TEST_F(MetricsTest, CountsHandshakeFailuresByTheTypeTheyCameTo) {
  metrics_.session.HostHandshakeFailures("X509Vnc").Increment();
  metrics_.session.HostHandshakeFailures("VeNCrypt").Increment();
  metrics_.session.HostHandshakeFailures("none_chosen").Increment();
  metrics_.session.HostHandshakeFailures("a type that a host made up").Increment();

  for (const char* type : {"X509Vnc", "VeNCrypt", "none_chosen", "other"}) {
    EXPECT_EQ(ValueOf("porthole_host_handshake_failures_total{type=\"" + std::string(type) + "\"}"),
              "1")
        << type;
  }
}

TEST_F(MetricsTest, SumsTheTrafficOfAllWorkers) {
  WorkerTraffic& first = metrics_.traffic.Worker(0);
  WorkerTraffic& second = metrics_.traffic.Worker(1);

  WorkerTraffic::Add(first.bytes_to_viewer, 9007199254740000);
  WorkerTraffic::Add(second.bytes_to_viewer, 992);
  WorkerTraffic::Add(first.bytes_to_host, 5);
  WorkerTraffic::Add(first.bytes_to_host, 6);
  WorkerTraffic::Add(second.messages_to_viewer, 3);
  WorkerTraffic::Add(second.messages_to_host, 4);

  EXPECT_EQ(ValueOf("porthole_bytes_total{direction=\"to_viewer\"}"), "9007199254740992");
  EXPECT_EQ(ValueOf("porthole_bytes_total{direction=\"to_host\"}"), "11");
  EXPECT_EQ(ValueOf("porthole_messages_total{direction=\"to_viewer\"}"), "3");
  EXPECT_EQ(ValueOf("porthole_messages_total{direction=\"to_host\"}"), "4");
}

TEST_F(MetricsTest, CountsWhatTheFrontSees) {
  metrics_.front.TlsHandshakes(TlsSide::kViewer, TlsResult::kTimeout).Increment();
  metrics_.front.HttpRefused(HttpRefusal::kOrigin).Increment();
  metrics_.front.AcceptErrors(AcceptError::kDescriptors).Increment();
  metrics_.front.CertificateExpiry("127.0.0.1:8443", "/a.pem").Set(1800000000);
  metrics_.front.CertificateExpiry("127.0.0.1:8443", "/a.pem").Set(1900000000);
  metrics_.front.CertificateExpiry("127.0.0.1:8443", "/b.pem").Set(1700000000);

  EXPECT_EQ(ValueOf(R"(porthole_tls_handshakes_total{result="timeout",side="viewer"})"), "1");
  EXPECT_EQ(ValueOf(R"(porthole_tls_handshakes_total{result="failed",side="host"})"), "0");
  EXPECT_EQ(ValueOf("porthole_http_refused_total{reason=\"origin\"}"), "1");
  EXPECT_EQ(ValueOf("porthole_http_refused_total{reason=\"unavailable\"}"), "0");
  EXPECT_EQ(ValueOf("porthole_accept_errors_total{reason=\"descriptors\"}"), "1");
  const std::string expiry =
      R"(porthole_tls_certificate_expiry_timestamp_seconds{certificate="/%.pem",listener="127.0.0.1:8443"})";
  const auto expiry_of = [&](char file) {
    std::string name = expiry;
    name[name.find('%')] = file;
    return ValueOf(name);
  };
  EXPECT_EQ(expiry_of('a'), "1900000000");
  EXPECT_EQ(expiry_of('b'), "1700000000");
  metrics_.front.ForgetCertificate("127.0.0.1:8443", "/b.pem");
  EXPECT_EQ(expiry_of('a'), "1900000000");
  EXPECT_EQ(expiry_of('b'), "");
}

TEST_F(MetricsTest, CountsControlRequestsWithinKnownLabels) {
  metrics_.control.Finished("TokenKeyService/PutTokenKey", 0, std::chrono::milliseconds(3));
  metrics_.control.Finished("TokenKeyService/PutTokenKey", 6, std::chrono::milliseconds(3));
  metrics_.control.Finished("made.up/Method", 99, std::chrono::seconds(1));
  metrics_.control.Finished("made.up/Method", -1, std::chrono::seconds(1));

  EXPECT_EQ(
      ValueOf(R"(porthole_control_requests_total{code="OK",method="TokenKeyService/PutTokenKey"})"),
      "1");
  EXPECT_EQ(ValueOf("porthole_control_requests_total{code=\"ALREADY_EXISTS\",method="
                    "\"TokenKeyService/PutTokenKey\"}"),
            "1");
  EXPECT_EQ(ValueOf(R"(porthole_control_requests_total{code="UNKNOWN",method="other"})"), "2");
  EXPECT_EQ(ValueOf("porthole_control_request_duration_seconds_bucket{method="
                    "\"TokenKeyService/PutTokenKey\",le=\"0.005\"}"),
            "2");
  EXPECT_EQ(metrics_.Scrape().find("made.up"), std::string::npos);
}

TEST_F(MetricsTest, ShowsTheNode) {
  metrics_.control.token_keys.Set(2);
  metrics_.control.blocks.Set(3);
  metrics_.control.watchers.Set(4);
  metrics_.node.draining.Set(1);
  metrics_.node.audit_lost.Increment();
  metrics_.node.Reloads(Reload::kCertificate, false).Increment();

  EXPECT_EQ(ValueOf("porthole_token_keys"), "2");
  EXPECT_EQ(ValueOf("porthole_blocks"), "3");
  EXPECT_EQ(ValueOf("porthole_watchers"), "4");
  EXPECT_EQ(ValueOf("porthole_draining"), "1");
  EXPECT_EQ(ValueOf("porthole_audit_lost_total"), "1");
  EXPECT_EQ(ValueOf(R"(porthole_reloads_total{result="failed",what="certificate"})"), "1");
  EXPECT_EQ(ValueOf(R"(porthole_reloads_total{result="ok",what="configuration"})"), "0");
  EXPECT_EQ(ValueOf(R"(porthole_build_info{revision="abc",version="1.2.3"})"), "1");
}

TEST_F(MetricsTest, MayBeScrapedWhileWorkersCount) {
  constexpr int kCounts = 20000;
  {
    const std::jthread worker([this] {
      for (int i = 0; i < kCounts; ++i) {
        WorkerTraffic::Add(metrics_.traffic.Worker(0).bytes_to_viewer, 1);
        metrics_.session.opened.Increment();
        metrics_.control.Finished("NodeService/GetNode", i % 17, std::chrono::seconds(0));
      }
    });
    EXPECT_FALSE(metrics_.Scrape().empty());
  }

  EXPECT_EQ(ValueOf("porthole_bytes_total{direction=\"to_viewer\"}"), std::to_string(kCounts));
  EXPECT_EQ(ValueOf("porthole_sessions_opened_total"), std::to_string(kCounts));
}

}  // namespace
}  // namespace porthole::telemetry
