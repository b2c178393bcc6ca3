#include "fixture.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <future>

namespace porthole::control {
namespace {

class HealthTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  // HealthCheckResponse.status of grpc.health.v1: 1 SERVING, 2 NOT_SERVING. Its only field is an
  // enumeration with the number 1, so that the second byte on the wire says it.
  int Status() {
    grpc::GenericStub stub(channel_);
    grpc::ClientContext context;
    const grpc::ByteBuffer request(nullptr, 0);
    grpc::ByteBuffer response;
    std::promise<grpc::Status> ended;
    stub.UnaryCall(&context, "/grpc.health.v1.Health/Check", {}, &request, &response,
                   [&ended](grpc::Status status) { ended.set_value(std::move(status)); });
    EXPECT_TRUE(ended.get_future().get().ok());
    grpc::Slice slice;
    EXPECT_TRUE(response.DumpToSingleSlice(&slice).ok());
    return slice.size() == 2 ? slice.begin()[1] : 0;
  }
};

TEST_F(HealthTest, ServesOnlyWhenTheNodeIsReady) {
  EXPECT_EQ(Status(), 2);
  health_.Set(telemetry::Condition::kListeners, true);
  ASSERT_TRUE(PutKey("k", std::string(32, 'k')).ok());
  EXPECT_EQ(Status(), 1);

  health_.Set(telemetry::Condition::kNotDraining, false);
  server_->RefreshHealth();

  EXPECT_EQ(Status(), 2);
}

}  // namespace
}  // namespace porthole::control
