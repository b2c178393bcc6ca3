#include "telemetry/health.h"

#include <gtest/gtest.h>

namespace porthole::telemetry {
namespace {

TEST(Health, IsReadyOnceListenersAndAKeyAreThere) {
  Health health;

  EXPECT_FALSE(health.Ready());
  health.Set(Condition::kListeners, true);
  EXPECT_FALSE(health.Ready());
  health.Set(Condition::kTokenKeys, true);
  EXPECT_TRUE(health.Ready());
  EXPECT_EQ(health.Report(false), "ok\n");
}

TEST(Health, IsNotReadyWhileAnyConditionFails) {
  for (const Condition failing :
       {Condition::kListeners, Condition::kTokenKeys, Condition::kNotDraining, Condition::kAudit,
        Condition::kStore, Condition::kSelfTest}) {
    Health health;
    health.Set(Condition::kListeners, true);
    health.Set(Condition::kTokenKeys, true);

    health.Set(failing, false);
    EXPECT_FALSE(health.Ready());
    EXPECT_FALSE(health.Holds(failing));
    EXPECT_EQ(health.Report(false), "not ready\n");

    health.Set(failing, true);
    EXPECT_TRUE(health.Ready());
  }
}

TEST(Health, TellsWhichConditionFails) {
  Health health;
  health.Set(Condition::kListeners, true);

  EXPECT_EQ(health.Report(true),
            "[+]listeners ok\n"
            "[-]token_keys failed: no token key has been pushed\n"
            "[+]not_draining ok\n"
            "[+]audit ok\n"
            "[+]store ok\n"
            "[+]self_test ok\n"
            "not ready\n");
}

TEST(Health, TellsWhatFailsInTheWordsOfWhoeverSawIt) {
  Health health;
  health.Set(Condition::kListeners, true);
  health.Set(Condition::kTokenKeys, true);

  health.Set(Condition::kSelfTest, false, "listener 0.0.0.0:8443: TLS handshake: too slow");

  EXPECT_FALSE(health.Ready());
  EXPECT_NE(health.Report(true).find(
                "[-]self_test failed: listener 0.0.0.0:8443: TLS handshake: too slow\nnot ready\n"),
            std::string::npos);
  health.Set(Condition::kSelfTest, true);
  EXPECT_NE(health.Report(true).find("[+]self_test ok\nok\n"), std::string::npos);
}

TEST(Health, WarnsWithoutBeingLessReady) {
  Health health;
  health.Set(Condition::kListeners, true);
  health.Set(Condition::kTokenKeys, true);

  health.SetWarnings({"certificates: one", "certificates: two"});

  EXPECT_TRUE(health.Ready());
  EXPECT_EQ(health.Report(false), "ok\n");
  EXPECT_NE(health.Report(true).find("[!]certificates: one\n[!]certificates: two\nok\n"),
            std::string::npos);
  health.SetWarnings({});
  EXPECT_EQ(health.Report(true).find("[!]"), std::string::npos);
}

TEST(Health, TellsHowManyAuditRecordsAreLost) {
  Health health;
  health.CountAuditLoss();
  health.CountAuditLoss();

  EXPECT_NE(health.Report(true).find("[+]audit ok; records lost: 2\n"), std::string::npos);

  health.Set(Condition::kAudit, false);

  EXPECT_NE(health.Report(true).find(
                "[-]audit failed: the audit log cannot write its records; records lost: 2\n"),
            std::string::npos);
}

}  // namespace
}  // namespace porthole::telemetry
