#include "base/status.h"

#include <absl/strings/cord.h>
#include <gtest/gtest.h>

#include <string>

namespace porthole {
namespace {

TEST(Status, CarriesItsMessageBothWays) {
  const std::string with_nul("a\0b", 3);

  EXPECT_EQ(Message(Error(absl::StatusCode::kNotFound, with_nul)), with_nul);
  EXPECT_EQ(Error(absl::StatusCode::kNotFound, "x").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Message(absl::OkStatus()), "");
}

TEST(Status, IsAnnotatedOnlyWhenItIsAnError) {
  EXPECT_EQ(Annotate(Error(absl::StatusCode::kUnavailable, "gone"), "read"),
            Error(absl::StatusCode::kUnavailable, "read: gone"));
  EXPECT_TRUE(Annotate(absl::OkStatus(), "read").ok());

  absl::Status marked = Error(absl::StatusCode::kUnavailable, "gone");
  marked.SetPayload("mark", absl::Cord("x"));
  EXPECT_EQ(Annotate(marked, "read").GetPayload("mark"), absl::Cord("x"));
}

}  // namespace
}  // namespace porthole
