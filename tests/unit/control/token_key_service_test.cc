#include "fixture.h"

#include <gmock/gmock.h>

#include <vector>

namespace porthole::control {
namespace {

using testing::HasSubstr;
using Stub = v1::TokenKeyService::Stub;

const std::string kMaterial(32, 'k');

class TokenKeyServiceTest : public ControlTest {
 protected:
  void SetUp() override { Serve(OnUnixSocket()); }

  v1::ListTokenKeysResponse ListKeys(int page_size = 0, const std::string& token = "") {
    v1::ListTokenKeysRequest request;
    request.set_page_size(page_size);
    request.set_page_token(token);
    v1::ListTokenKeysResponse response;
    const grpc::Status status = Call(*token_keys_, &Stub::ListTokenKeys, request, response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(TokenKeyServiceTest, StoresAKeyThatOpensTokensFromThenOn) {
  v1::PutTokenKeyRequest request;
  request.set_key_id("cloud-1");
  request.mutable_jwe()->set_material(kMaterial);
  v1::PutTokenKeyResponse response;

  const grpc::Status status = Call(*token_keys_, &Stub::PutTokenKey, request, response);

  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.token_key().key_id(), "cloud-1");
  EXPECT_EQ(response.token_key().profile(), v1::TOKEN_KEY_PROFILE_JWE);
  EXPECT_EQ(response.token_key().create_time().seconds(), 1'790'000'000);
  ASSERT_NE(keys_.Find("cloud-1"), nullptr);
  EXPECT_EQ(keys_.Find("cloud-1")->material.Reveal(), kMaterial);
  EXPECT_EQ(store_->Load()->keys.size(), 1U);
  EXPECT_TRUE(health_.Holds(telemetry::Condition::kTokenKeys));
  EXPECT_EQ(CountOf("porthole_token_keys"), 1);
}

TEST_F(TokenKeyServiceTest, PutsTheSameKeyAgainWithoutAChange) {
  ASSERT_TRUE(PutKey("cloud-1", kMaterial).ok());
  clock_.Advance(std::chrono::hours(1));

  EXPECT_TRUE(PutKey("cloud-1", kMaterial).ok());

  ASSERT_EQ(ListKeys().token_keys_size(), 1);
  EXPECT_EQ(ListKeys().token_keys(0).create_time().seconds(), 1'790'000'000);
}

TEST_F(TokenKeyServiceTest, KeepsTheFirstKeyWhenTheIdComesWithOtherMaterial) {
  ASSERT_TRUE(PutKey("cloud-1", kMaterial).ok());

  const grpc::Status status = PutKey("cloud-1", std::string(32, 'x'));

  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(status.error_message(), HasSubstr("cloud-1"));
  EXPECT_EQ(keys_.Find("cloud-1")->material.Reveal(), kMaterial);
}

TEST_F(TokenKeyServiceTest, RefusesMalformedKeysAndNamesTheField) {
  struct Case {
    std::string id;
    std::string material;
    std::string field;
  };
  const std::vector<Case> cases = {{"", kMaterial, "key_id:"},
                                   {"with space", kMaterial, "key_id:"},
                                   {std::string(65, 'a'), kMaterial, "key_id:"},
                                   {"a/b", kMaterial, "key_id:"},
                                   {"ok", "", "jwe.material:"},
                                   {"ok", std::string(31, 'k'), "jwe.material:"},
                                   {"ok", std::string(33, 'k'), "jwe.material:"}};
  for (const auto& [id, material, field] : cases) {
    const grpc::Status status = PutKey(id, material);

    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << id;
    EXPECT_THAT(status.error_message(), testing::StartsWith(field));
  }
  EXPECT_EQ(keys_.Size(), 0U);
}

TEST_F(TokenKeyServiceTest, RefusesAKeyWithoutMaterial) {
  v1::PutTokenKeyRequest request;
  v1::PutTokenKeyResponse response;
  request.set_key_id("ok");
  EXPECT_EQ(Call(*token_keys_, &Stub::PutTokenKey, request, response).error_message(),
            "material: one of jwe and cloudstack must be set");
}

TEST_F(TokenKeyServiceTest, TakesAKeyOfCloudStackWithItsRules) {
  v1::PutTokenKeyRequest request;
  v1::PutTokenKeyResponse response;
  request.set_key_id("cs");
  v1::CloudStackKey& key = *request.mutable_cloudstack();
  key.set_key("AAECAwQFBgcICQoLDA0ODw");
  key.set_iv(std::string(16, 'i'));
  key.set_hash_key("the hash key is text");
  EXPECT_EQ(Call(*token_keys_, &Stub::PutTokenKey, request, response).error_message(),
            "cloudstack: hash_key must be 1 to 128 visible ASCII characters");
  key.set_hash_key("ICEiIyQlJicoKSorLC0uLw");
  key.add_extra_origins("cloud.example");
  EXPECT_EQ(Call(*token_keys_, &Stub::PutTokenKey, request, response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  key.set_extra_origins(0, "https://cloud.example");
  key.set_check_source_address(true);

  ASSERT_TRUE(Call(*token_keys_, &Stub::PutTokenKey, request, response).ok());

  EXPECT_EQ(response.token_key().profile(), v1::TOKEN_KEY_PROFILE_CLOUDSTACK);
  const std::shared_ptr<const token::TokenKey> kept = keys_.Find("cs");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->cloudstack, (token::CloudStackRules{.check_source_address = true,
                                                      .extra_origins = {"https://cloud.example"}}));
  key.set_allow_legacy_cbc(true);
  EXPECT_EQ(Call(*token_keys_, &Stub::PutTokenKey, request, response).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(TokenKeyServiceTest, ListsKeysByIdInPagesAndNeverTheirMaterial) {
  for (const char* id : {"c", "a", "e", "b", "d"}) {
    ASSERT_TRUE(PutKey(id, kMaterial).ok());
  }

  const v1::ListTokenKeysResponse first = ListKeys(2);
  const v1::ListTokenKeysResponse second = ListKeys(2, first.next_page_token());
  const v1::ListTokenKeysResponse third = ListKeys(2, second.next_page_token());

  ASSERT_EQ(first.token_keys_size(), 2);
  EXPECT_EQ(first.token_keys(0).key_id(), "a");
  EXPECT_EQ(first.token_keys(1).key_id(), "b");
  EXPECT_EQ(second.token_keys(0).key_id(), "c");
  ASSERT_EQ(third.token_keys_size(), 1);
  EXPECT_EQ(third.token_keys(0).key_id(), "e");
  EXPECT_EQ(third.next_page_token(), "");
  EXPECT_THAT(first.SerializeAsString(), testing::Not(HasSubstr(kMaterial)));
}

TEST_F(TokenKeyServiceTest, RefusesAForeignPageTokenAndANegativePageSize) {
  v1::ListTokenKeysRequest request;
  v1::ListTokenKeysResponse response;
  for (const std::string& token : {std::string("!"), std::string("Zm9v"), std::string(2000, 'A')}) {
    request.set_page_token(token);
    const grpc::Status status = Call(*token_keys_, &Stub::ListTokenKeys, request, response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), testing::StartsWith("page_token:"));
  }
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_THAT(Call(*token_keys_, &Stub::ListTokenKeys, request, response).error_message(),
              testing::StartsWith("page_size:"));
}

TEST_F(TokenKeyServiceTest, DeletesAKeyAndLeavesItsSessions) {
  ASSERT_TRUE(PutKey("key-1", kMaterial).ok());
  const FakeSession session(sessions_, Describe(1));
  v1::DeleteTokenKeyRequest request;
  request.set_key_id("key-1");
  v1::DeleteTokenKeyResponse response;

  ASSERT_TRUE(Call(*token_keys_, &Stub::DeleteTokenKey, request, response).ok());

  EXPECT_EQ(keys_.Find("key-1"), nullptr);
  EXPECT_FALSE(health_.Holds(telemetry::Condition::kTokenKeys));
  EXPECT_FALSE(session.Record().EndRequested().has_value());
  EXPECT_EQ(Call(*token_keys_, &Stub::DeleteTokenKey, request, response).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(TokenKeyServiceTest, EndsTheSessionsOfADeletedKeyWhenAsked) {
  ASSERT_TRUE(PutKey("key-1", kMaterial).ok());
  session::Description other = Describe(2);
  other.names.key_id = "key-2";
  const FakeSession session(sessions_, Describe(1));
  const FakeSession of_other_key(sessions_, other);
  v1::DeleteTokenKeyRequest request;
  request.set_key_id("key-1");
  request.set_end_sessions(true);
  request.set_reason("The cloud changed its keys");
  v1::DeleteTokenKeyResponse response;

  ASSERT_TRUE(Call(*token_keys_, &Stub::DeleteTokenKey, request, response).ok());

  EXPECT_EQ(response.ended_count(), 1);
  EXPECT_EQ(session.EndSentence(), "The cloud changed its keys");
  EXPECT_FALSE(of_other_key.Record().EndRequested().has_value());
}

}  // namespace
}  // namespace porthole::control
