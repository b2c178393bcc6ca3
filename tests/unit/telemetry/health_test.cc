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
       {Condition::kListeners, Condition::kTokenKeys, Condition::kNotDraining, Condition::kAudit}) {
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
            "not ready\n");
}

}  // namespace
}  // namespace porthole::telemetry
