#include "state/schema.h"

#include "base/status.h"
#include "tests/support/temp_directory.h"

#include <absl/status/status.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace porthole::state {
namespace {

using testing::HasSubstr;

constexpr std::array<Migration, 3> kThree = {
    "CREATE TABLE one (value INTEGER);",
    "ALTER TABLE one ADD COLUMN more TEXT; INSERT INTO one VALUES (2, 'two');",
    "CREATE TABLE three (value INTEGER); INSERT INTO three SELECT value FROM one;"};

class SchemaTest : public testing::Test {
 protected:
  std::int64_t Number(const std::string& query) { return database_.Number(query).value(); }

  TempDirectory directory_;
  Database database_ = Database::Open(directory_.Write("db", ""), "").value();
};

TEST_F(SchemaTest, GoesFromEachSchemaToTheNewest) {
  EXPECT_TRUE(Migrate(database_, std::span(kThree).first(1)).ok());
  EXPECT_EQ(Number("PRAGMA user_version"), 1);
  ASSERT_TRUE(database_.Run("INSERT INTO one VALUES (1)").ok());

  EXPECT_TRUE(Migrate(database_, kThree).ok());

  EXPECT_EQ(Number("PRAGMA user_version"), 3);
  EXPECT_EQ(Number("SELECT sum(value) FROM three"), 3);
  EXPECT_TRUE(Migrate(database_, kThree).ok());
  EXPECT_EQ(Number("SELECT sum(value) FROM three"), 3);
}

TEST_F(SchemaTest, StaysAtTheLastWholeStepWhenOneFails) {
  std::array<Migration, 3> broken = kThree;
  broken[1] = "INSERT INTO one VALUES (5); INSERT INTO nowhere VALUES (1);";

  const absl::Status migrated = Migrate(database_, broken);

  EXPECT_THAT(Message(migrated), HasSubstr("migrating to schema 2: no such table: nowhere"));
  EXPECT_EQ(Number("PRAGMA user_version"), 1);
  EXPECT_EQ(Number("SELECT count(*) FROM one"), 0);
  EXPECT_TRUE(Migrate(database_, kThree).ok());
}

TEST_F(SchemaTest, KnowsOwnDatabasesOfOwnSchemasOnly) {
  EXPECT_EQ(CheckSchema(database_, kThree).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(Migrate(database_, kThree).ok());
  EXPECT_EQ(CheckSchema(database_, kThree).code(), absl::StatusCode::kDataLoss);
  ASSERT_TRUE(database_.Run("PRAGMA application_id = " + std::to_string(kApplicationId)).ok());
  EXPECT_TRUE(CheckSchema(database_, kThree).ok());
  EXPECT_EQ(CheckSchema(database_, std::span(kThree).first(2)).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace porthole::state
