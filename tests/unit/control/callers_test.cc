#include "control/callers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::control {
namespace {

using config::Role;
using testing::HasSubstr;

class CallersTest : public testing::Test {
 protected:
  absl::StatusOr<Identity> Identify(const std::vector<std::string>& names) const {
    return callers_.Identify({.present = true, .names = names});
  }

  const Callers callers_{{{.name = "dns:cloud.example", .role = Role::kAdmin},
                          {.name = "uri:spiffe://cloud/monitor", .role = Role::kViewer},
                          {.name = "dns:ops.example", .role = Role::kOperator},
                          {.name = "dns:ops2.example", .role = Role::kOperator},
                          {.name = "cn:legacy", .role = Role::kViewer}}};
};

TEST_F(CallersTest, GivesTheRoleOfAnExactName) {
  EXPECT_EQ(Identify({"dns:cloud.example"})->role, Role::kAdmin);
  EXPECT_EQ(Identify({"uri:spiffe://cloud/monitor"})->name, "uri:spiffe://cloud/monitor");
  EXPECT_EQ(Identify({"cn:legacy"})->role, Role::kViewer);
  EXPECT_EQ(Identify({"dns:unknown", "dns:ops.example"})->role, Role::kOperator);
}

TEST_F(CallersTest, ComparesExactly) {
  for (const char* name : {"dns:CLOUD.example", "dns:cloud.example.", "dns:x.cloud.example",
                           "cn:cloud.example", "uri:cloud.example", "dns:cloud.exampl"}) {
    EXPECT_EQ(Identify({name}).status().code(), absl::StatusCode::kPermissionDenied) << name;
  }
  EXPECT_FALSE(Identify({std::string("dns:cloud.example\0.evil", 22)}).ok());
  EXPECT_FALSE(Identify({}).ok());
}

TEST_F(CallersTest, RefusesTwoRolesButNotTwoNamesOfOne) {
  EXPECT_TRUE(Identify({"dns:ops.example", "dns:ops2.example"}).ok());

  const absl::Status two = Identify({"dns:ops.example", "dns:cloud.example"}).status();

  EXPECT_EQ(two.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(two.ToString(), HasSubstr("two roles"));
}

TEST_F(CallersTest, AsksForACertificate) {
  EXPECT_EQ(callers_.Identify({}).status().code(), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace porthole::control
