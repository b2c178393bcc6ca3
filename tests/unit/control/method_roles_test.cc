#include "control/method_roles.h"

#include "porthole/control/v1/node_service.pb.h"
#include "porthole/control/v1/session_service.pb.h"
#include "porthole/control/v1/token_key_service.pb.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

namespace porthole::control {
namespace {

using config::Role;

TEST(MethodRoles, NameEveryMethodOfTheContract) {
  for (const google::protobuf::FileDescriptor* file :
       {v1::Node::descriptor()->file(), v1::ListSessionsRequest::descriptor()->file(),
        v1::TokenKey::descriptor()->file()}) {
    ASSERT_EQ(file->service_count(), 1);
    const google::protobuf::ServiceDescriptor* const service = file->service(0);
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string path = "/" + service->full_name() + "/" + service->method(i)->name();
      EXPECT_TRUE(IsListed(path)) << path;
    }
  }
}

TEST(MethodRoles, KeysAreForAdminsAndEndingForOperators) {
  EXPECT_EQ(RoleNeeded("/porthole.control.v1.TokenKeyService/PutTokenKey"), Role::kAdmin);
  EXPECT_EQ(RoleNeeded("/porthole.control.v1.TokenKeyService/DeleteTokenKey"), Role::kAdmin);
  EXPECT_EQ(RoleNeeded("/porthole.control.v1.SessionService/RevokeSessions"), Role::kOperator);
  EXPECT_EQ(RoleNeeded("/porthole.control.v1.NodeService/Drain"), Role::kOperator);
  EXPECT_EQ(RoleNeeded("/porthole.control.v1.SessionService/ListSessions"), Role::kViewer);
  EXPECT_EQ(RoleNeeded("/grpc.health.v1.Health/Check"), Role::kViewer);
}

TEST(MethodRoles, AMightierRoleCoversALesserOne) {
  EXPECT_TRUE(Covers(Role::kAdmin, Role::kViewer));
  EXPECT_TRUE(Covers(Role::kOperator, Role::kOperator));
  EXPECT_FALSE(Covers(Role::kOperator, Role::kAdmin));
  EXPECT_FALSE(Covers(Role::kViewer, Role::kOperator));
}

TEST(MethodRoles, ShortensOnlyOurOwnPaths) {
  EXPECT_EQ(ShortMethod("/porthole.control.v1.NodeService/GetNode"), "NodeService/GetNode");
  EXPECT_EQ(ShortMethod("/porthole.control.v2.NodeService/GetNode"),
            "/porthole.control.v2.NodeService/GetNode");
  EXPECT_EQ(ShortMethod(""), "");
}

}  // namespace
}  // namespace porthole::control
