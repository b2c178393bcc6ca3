#include "tests/unit/config/parsed.h"

#include <gtest/gtest.h>

#include <string>

namespace porthole::config {
namespace {

TEST(Fitting, KnowsACertificateByItsFile) {
  EXPECT_EQ(WhyRefused("listeners: [{tls: {certificate_file: a, private_key_file: k, "
                       "more_certificates: [{certificate_file: b, private_key_file: k}, "
                       "{certificate_file: a, private_key_file: l}]}}]"),
            "f.yaml:1: listeners[0].tls.more_certificates[1].certificate_file: \"a\" stands there "
            "twice");
}

TEST(Fitting, RefusesNoListener) {
  EXPECT_EQ(WhyRefused("\nlisteners: []"), "f.yaml:2: listeners: must have at least one listener");
}

TEST(Fitting, RefusesTwoListenersOnOneAddressAndPort) {
  EXPECT_EQ(WhyRefused("listeners:\n- {port: 1000}\n- {port: 1000}\n"),
            "f.yaml:3: listeners[1]: needs port 1000 of 127.0.0.1, as listeners[0] does");
  EXPECT_EQ(WhyRefused("listeners:\n- {address: 0.0.0.0, port: 9091}\n"),
            "f.yaml: admin: needs port 9091 of 127.0.0.1, as listeners[0] does");
  EXPECT_EQ(WhyRefused("listeners: [{}]\ncontrol: {tcp: {port: 8080, plaintext: true}}\n"),
            "f.yaml:2: control.tcp: needs port 8080 of 127.0.0.1, as listeners[0] does");
}

TEST(Fitting, RefusesProxiesThatNobodyIs) {
  EXPECT_EQ(WhyRefused("listeners:\n- {proxies: {proxy_protocol: true}}\n"),
            "f.yaml:2: listeners[0].proxies.trusted: must have at least one range");
}

TEST(Fitting, TakesListenersThatDoNotCollide) {
  EXPECT_EQ(WhyRefused("listeners: [{port: 0}, {port: 0}, {port: 1000}, "
                       "{address: '::1', port: 1000}, {address: 127.0.0.2, port: 1000}]"),
            "");
}

TEST(Fitting, RefusesControlTcpWithoutEveryFile) {
  const char* const refusal =
      "f.yaml:1: control.tcp: needs certificate_file, private_key_file and client_ca_file, or "
      "plaintext: true";

  EXPECT_EQ(WhyRefused("control: {tcp: {}}"), refusal);
  EXPECT_EQ(WhyRefused("control: {tcp: {certificate_file: a, private_key_file: b}}"), refusal);
  EXPECT_EQ(WhyRefused("control: {tcp: {certificate_file: a, client_ca_file: b}}"), refusal);
  EXPECT_EQ(WhyRefused("control: {tcp: {certificate_file: a, private_key_file: b, "
                       "client_ca_file: c}}"),
            "");
}

TEST(Fitting, RefusesPlaintextControlOffLoopback) {
  EXPECT_EQ(WhyRefused("control:\n  tcp: {address: 0.0.0.0, plaintext: true}"),
            "f.yaml:2: control.tcp.plaintext: is only for a loopback address, not 0.0.0.0");
  EXPECT_EQ(WhyRefused("control: {tcp: {address: '::', plaintext: true}}"),
            "f.yaml:1: control.tcp.plaintext: is only for a loopback address, not ::");
  EXPECT_EQ(WhyRefused("control: {tcp: {address: 127.1.2.3, plaintext: true}}"), "");
  EXPECT_EQ(WhyRefused("control: {tcp: {address: '::1', plaintext: true}}"), "");
}

TEST(Fitting, RefusesPlaintextControlWithACertificate) {
  EXPECT_EQ(
      WhyRefused("control: {tcp: {plaintext: true, client_ca_file: a}}"),
      "f.yaml:1: control.tcp.plaintext: is true, so that no certificate, key or CA has a use");
}

TEST(Fitting, RefusesANodeThatNobodyCanControl) {
  EXPECT_EQ(WhyRefused("control: {unix_socket: {path: ''}}"),
            "f.yaml:1: control: needs tcp or unix_socket; nobody could push a token key");
}

TEST(Fitting, RefusesWeakSecurityTypesForEveryHost) {
  EXPECT_EQ(WhyRefused("hosts: {security: [X509Vnc, TLSVnc]}"),
            "f.yaml:1: hosts.security[1]: TLSVnc is only for hosts that hosts.rules names");
  for (const char* const weak : {"TLSSASL", "TLSPlain", "TLSNone", "RA2ne_256", "RA2ne", "SASL",
                                 "MSLogonII", "ARD", "Plain", "RA2AnyKey", "SASLPlain"}) {
    EXPECT_NE(WhyRefused(std::string("hosts: {security: [") + weak + "]}"), "") << weak;
    EXPECT_EQ(WhyRefused(std::string("hosts: {rules: [{to: {name: a.example}, security: [") + weak +
                         "]}]}"),
              "")
        << weak;
  }
}

TEST(Fitting, RefusesSecurityThatIsNoneOrTwice) {
  EXPECT_EQ(WhyRefused("hosts: {security: []}"),
            "f.yaml:1: hosts.security: must have at least one security type");
  EXPECT_EQ(WhyRefused("hosts: {security: [None, VncAuth, None]}"),
            "f.yaml:1: hosts.security[2]: stands there twice");
  EXPECT_EQ(WhyRefused("hosts: {rules: [{security: []}]}"),
            "f.yaml:1: hosts.rules[0].security: must have at least one security type");
  EXPECT_EQ(WhyRefused("hosts: {rules: [{to: {first_port: 9, last_port: 8}, security: [None]}]}"),
            "f.yaml:1: hosts.rules[0].to.first_port: must not be above last_port");
}

TEST(Fitting, RefusesHalfAClientCertificate) {
  const char* const refusal =
      "f.yaml:1: hosts.tls: needs both certificate_file and private_key_file, or neither";

  EXPECT_EQ(WhyRefused("hosts: {tls: {certificate_file: a}}"), refusal);
  EXPECT_EQ(WhyRefused("hosts: {tls: {private_key_file: a}}"), refusal);
  EXPECT_EQ(WhyRefused("hosts: {tls: {certificate_file: a, private_key_file: b}}"), "");
}

TEST(Fitting, RefusesACallerWithTwoRoles) {
  EXPECT_EQ(
      WhyRefused("control:\n  callers:\n  - {name: 'cn:a', role: admin}\n"
                 "  - {name: 'cn:b', role: admin}\n  - {name: 'cn:a', role: viewer}\n"),
      "f.yaml:5: control.callers[2]: \"cn:a\" has another role in control.callers[0] already");
  EXPECT_EQ(WhyRefused("control: {callers: [{name: 'cn:a'}, {name: 'cn:a'}]}"),
            "f.yaml:1: control.callers[1]: \"cn:a\" stands in control.callers[0] already");
}

TEST(Fitting, RefusesASharingThatIsNotAllowed) {
  EXPECT_EQ(WhyRefused("policy: {sharing: []}"),
            "f.yaml:1: policy.sharing: must allow at least one of shared, exclusive or takeover");
  EXPECT_EQ(WhyRefused("policy:\n  sharing: [exclusive]\n"),
            "f.yaml:1: policy.default_sharing: must be one of those in policy.sharing");
  EXPECT_EQ(WhyRefused("policy: {sharing: [shared, takeover, shared]}"),
            "f.yaml:1: policy.sharing[2]: stands there twice");
  EXPECT_EQ(WhyRefused("policy: {sharing: [exclusive], default_sharing: exclusive}"), "");
}

TEST(Fitting, RefusesRulesThatCannotMatch) {
  EXPECT_EQ(WhyRefused("targets: {allow: [{}, {prefix: 10.0.0.0/8, name: a.example}]}"),
            "f.yaml:1: targets.allow[1]: has both prefix and name; write two rules");
  EXPECT_EQ(WhyRefused("targets:\n  deny:\n  - first_port: 2\n    last_port: 1\n"),
            "f.yaml:3: targets.deny[0].first_port: must not be above last_port");
  EXPECT_EQ(WhyRefused("targets: {sources: [{}]}"),
            "f.yaml:1: targets.sources[0]: needs ipv4, ipv6 or both");
  EXPECT_EQ(WhyRefused("targets: {sources: [{ipv4: '::1'}]}"),
            "f.yaml:1: targets.sources[0].ipv4: is not an IPv4 address");
  EXPECT_EQ(WhyRefused("targets: {sources: [{ipv6: 10.0.0.1}]}"),
            "f.yaml:1: targets.sources[0].ipv6: is not an IPv6 address");
  EXPECT_EQ(WhyRefused("targets: {proxies: [{url: 'http://user:pw@proxy'}]}"),
            "f.yaml:1: targets.proxies[0].url: \"http://user:pw@proxy\" is not where a tunnel "
            "begins, such as \"http://squid.example:3128\" or \"https://xen-1.example\"");
  EXPECT_EQ(WhyRefused("reverse: {sources: []}"),
            "f.yaml:1: reverse.sources: must have at least one range; nobody could dial in");
  EXPECT_EQ(WhyRefused("targets: {unix_directory: run}"),
            "f.yaml:1: targets.unix_directory: must be an absolute path");
}

TEST(Fitting, RefusesAPingThatComesTooLate) {
  EXPECT_EQ(WhyRefused("timeouts: {ping_after: 60s}"),
            "f.yaml:1: timeouts.ping_after: must be less than viewer_dead_after");
}

}  // namespace
}  // namespace porthole::config
