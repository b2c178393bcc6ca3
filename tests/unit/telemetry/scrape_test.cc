#include "telemetry/metrics.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace porthole::telemetry {
namespace {

TEST(Scrape, HasEveryMetricOfTheDesign) {
  Metrics metrics(BuildInfo{.version = "1", .revision = "2"}, 1);
  metrics.front.CertificateExpiry("127.0.0.1:8443", "/etc/porthole/public.pem").Set(1);

  const std::string scrape = metrics.Scrape();

  for (const char* name : {"sessions gauge",
                           "sessions_opened_total counter",
                           "sessions_ended_total counter",
                           "session_duration_seconds histogram",
                           "bytes_total counter",
                           "messages_total counter",
                           "admissions_total counter",
                           "handshake_duration_seconds histogram",
                           "host_security_total counter",
                           "host_handshake_failures_total counter",
                           "tls_handshakes_total counter",
                           "tls_certificate_expiry_timestamp_seconds gauge",
                           "http_refused_total counter",
                           "accept_errors_total counter",
                           "reloads_total counter",
                           "token_keys gauge",
                           "blocks gauge",
                           "control_requests_total counter",
                           "control_request_duration_seconds histogram",
                           "watchers gauge",
                           "audit_lost_total counter",
                           "draining gauge",
                           "self_test_runs_total counter",
                           "self_test_duration_seconds gauge",
                           "build_info gauge"}) {
    EXPECT_NE(scrape.find("\n# TYPE porthole_" + std::string(name) + "\n"), std::string::npos)
        << name;
  }
  EXPECT_NE(scrape.find("\n# TYPE process_cpu_seconds_total counter\n"), std::string::npos);
}

TEST(Scrape, IsCleanForPromtool) {
  Metrics metrics(BuildInfo{.version = "1", .revision = "a \"quoted\" \\ one\n"}, 1);
  metrics.front.CertificateExpiry("[::1]:8443", "C:\\a \"b\"\n.pem").Set(1);
  const std::string path = testing::TempDir() + "porthole-scrape.txt";
  std::ofstream(path) << metrics.Scrape();

  // The path is ours, and has nothing in it that a shell would read.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread
  const int status = std::system(("promtool check metrics < " + path).c_str());

  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << metrics.Scrape();
  std::remove(path.c_str());
}

}  // namespace
}  // namespace porthole::telemetry
