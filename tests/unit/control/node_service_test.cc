#include "fixture.h"

#include <gmock/gmock.h>

namespace porthole::control {
namespace {

class NodeServiceTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  v1::Node GetNode() {
    v1::GetNodeResponse response;
    EXPECT_TRUE(Call(*node_, &v1::NodeService::Stub::GetNode, v1::GetNodeRequest(), response).ok());
    return response.node();
  }
};

TEST_F(NodeServiceTest, SaysWhatTheNodeIs) {
  clock_.Advance(std::chrono::milliseconds(90'500));
  ASSERT_TRUE(PutKey("cloud-1", std::string(32, 'k')).ok());
  const FakeSession session(sessions_, Describe(1));

  const v1::Node node = GetNode();

  EXPECT_EQ(node.node_id(), "node-1");
  EXPECT_EQ(node.boot_id(), "boot-1");
  EXPECT_EQ(node.version(), "1.2.3");
  EXPECT_EQ(node.start_time().seconds(), 1'790'000'000);
  EXPECT_EQ(node.uptime().seconds(), 90);
  EXPECT_EQ(node.uptime().nanos(), 500'000'000);
  EXPECT_EQ(node.session_count(), 1);
  EXPECT_EQ(node.limits().sessions(), 9000);
  EXPECT_EQ(node.limits().sessions_per_console(), 16);
  EXPECT_EQ(node.store().kind(), v1::STORE_KIND_MEMORY);
  EXPECT_FALSE(node.store().durable());
  EXPECT_EQ(node.store().token_key_count(), 1);
  EXPECT_FALSE(node.draining());
}

}  // namespace
}  // namespace porthole::control
