#include "porthole/client/token_minter.h"

#include "token/key_ring.h"
#include "token/opener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace porthole::client {
namespace {

using testing::HasSubstr;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'790'000'000)};

TokenClaims Claims() {
  TokenClaims claims;
  claims.subject = "user-42";
  claims.console.id = "console-1";
  claims.console.target = "tcp://10.1.34.5:5901";
  return claims;
}

// What a node says to a token of ours: it shares no code with what minted it.
class TokenMinterTest : public testing::Test {
 protected:
  TokenMinterTest() {
    const auto bytes = material_.Bytes();
    const absl::Status put = keys_.Put({.id = "key-1",
                                        .profile = token::KeyProfile::kJwe,
                                        .material = Secret(std::string(bytes.begin(), bytes.end())),
                                        .created = kNow,
                                        .not_after = std::nullopt});
    EXPECT_TRUE(put.ok());
  }

  std::string Mint(const TokenClaims& claims) const {
    const absl::StatusOr<std::string> token = minter_.MintAt(claims, kNow);
    EXPECT_TRUE(token.ok()) << token.status().ToString();
    return token.value_or("");
  }

  token::Grant Open(const TokenClaims& claims) const {
    Judged<token::Grant> judged = token::OpenToken(Mint(claims), keys_, kNow, token::TokenRules());
    if (std::holds_alternative<Refusal>(judged)) {
      ADD_FAILURE() << std::get<Refusal>(judged).detail;
      return {};
    }
    return std::get<token::Grant>(std::move(judged));
  }

  std::string MintError(const TokenClaims& claims) const {
    const absl::StatusOr<std::string> token = minter_.MintAt(claims, kNow);
    EXPECT_EQ(token.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(token.status().message());
  }

  const KeyMaterial material_ = KeyMaterial::Generate();
  const TokenMinter minter_{"key-1", material_};
  token::KeyRing keys_;
};

TEST_F(TokenMinterTest, MintsWhatANodeOpens) {
  const token::Grant grant = Open(Claims());

  EXPECT_EQ(grant.key_id, "key-1");
  EXPECT_EQ(grant.subject, "user-42");
  EXPECT_EQ(grant.console_id, "console-1");
  EXPECT_EQ(ToString(grant.target), "tcp://10.1.34.5:5901");
  EXPECT_EQ(grant.issued_at, kNow);
  EXPECT_EQ(grant.expires_at, kNow + std::chrono::seconds(60));
  EXPECT_FALSE(grant.policy.view_only.has_value());
  EXPECT_FALSE(grant.policy.max_duration.has_value());
}

TEST_F(TokenMinterTest, CarriesEveryClaim) {
  TokenClaims claims = Claims();
  claims.issuer = "cloud-1";
  claims.token_id = "token-1";
  claims.lifetime = std::chrono::seconds(30);
  claims.console.name = "web \"1\" \xF0\x9F\x98\x80";
  claims.console.username = "root";
  claims.console.password = "p\\\"w\n";
  claims.console.tls = HostTls{.mode = HostTlsMode::kRequire,
                               .server_name = "kvm-7.example",
                               .host_key_sha256 = std::string(64, 'a')};
  claims.console.tunnel = Tunnel{.url = "https://xen-1.example",
                                 .path = "/console?uuid=1",
                                 .cookie = "session_id=OpaqueRef:7"};
  claims.policy = {.view_only = true,
                   .clipboard = ClipboardPolicy::kToConsole,
                   .sharing = SharingPolicy::kTakeover,
                   .max_duration = std::chrono::hours(8),
                   .idle_timeout = std::chrono::minutes(15),
                   .client_ip = {"203.0.113.7", "2001:db8::/32"}};

  const token::Grant grant = Open(claims);

  EXPECT_EQ(grant.issuer, "cloud-1");
  EXPECT_EQ(grant.token_id, "token-1");
  EXPECT_EQ(grant.expires_at, kNow + std::chrono::seconds(30));
  EXPECT_EQ(grant.console_name, claims.console.name);
  EXPECT_EQ(grant.username, "root");
  EXPECT_EQ(grant.password.Reveal(), "p\\\"w\n");
  EXPECT_EQ(grant.tls.mode, token::TlsMode::kRequire);
  EXPECT_EQ(grant.tls.server_name, "kvm-7.example");
  EXPECT_EQ(grant.tls.host_key_sha256, std::string(64, 'a'));
  ASSERT_TRUE(grant.tunnel.has_value());
  EXPECT_EQ(ToString(*grant.tunnel), "https://xen-1.example:443");
  EXPECT_EQ(grant.tunnel->path.Reveal(), "/console?uuid=1");
  EXPECT_EQ(grant.tunnel->cookie.Reveal(), "session_id=OpaqueRef:7");
  EXPECT_EQ(grant.policy.view_only, true);
  EXPECT_TRUE(grant.policy.clipboard->to_console);
  EXPECT_FALSE(grant.policy.clipboard->from_console);
  EXPECT_EQ(grant.policy.sharing, token::SharingWish::kTakeover);
  EXPECT_EQ(grant.policy.max_duration, std::chrono::hours(8));
  EXPECT_EQ(grant.policy.idle_timeout, std::chrono::minutes(15));
  ASSERT_EQ(grant.policy.client_ip.size(), 2U);
  EXPECT_EQ(grant.policy.client_ip[1].ToString(), "2001:db8::/32");
}

TEST_F(TokenMinterTest, NamesEachEnumeratorAsANodeDoes) {
  TokenClaims claims = Claims();
  for (const auto& [ours, to, from] : {std::tuple{ClipboardPolicy::kBoth, true, true},
                                       {ClipboardPolicy::kToConsole, true, false},
                                       {ClipboardPolicy::kFromConsole, false, true},
                                       {ClipboardPolicy::kOff, false, false}}) {
    claims.policy.clipboard = ours;
    EXPECT_EQ(Open(claims).policy.clipboard->to_console, to);
    EXPECT_EQ(Open(claims).policy.clipboard->from_console, from);
  }
  for (const auto& [ours, theirs] : {std::pair{SharingPolicy::kShared, token::SharingWish::kShared},
                                     {SharingPolicy::kExclusive, token::SharingWish::kExclusive},
                                     {SharingPolicy::kTakeover, token::SharingWish::kTakeover}}) {
    claims.policy.sharing = ours;
    EXPECT_EQ(Open(claims).policy.sharing, theirs);
  }
  for (const auto& [ours, theirs] : {std::pair{HostTlsMode::kDisable, token::TlsMode::kDisable},
                                     {HostTlsMode::kPrefer, token::TlsMode::kPrefer},
                                     {HostTlsMode::kRequire, token::TlsMode::kRequire}}) {
    claims.console.tls = HostTls{.mode = ours, .server_name = "", .host_key_sha256 = ""};
    EXPECT_EQ(Open(claims).tls.mode, theirs);
  }
}

TEST_F(TokenMinterTest, NeverMintsTheSameTokenTwice) {
  std::set<std::string> ids;
  std::set<std::string> tokens;
  TokenClaims claims = Claims();
  for (int i = 0; i < 50; ++i) {
    ids.insert(Open(claims).token_id);
  }
  claims.token_id = "fixed";
  for (int i = 0; i < 50; ++i) {
    tokens.insert(Mint(claims));
  }
  EXPECT_EQ(ids.size(), 50U);
  EXPECT_EQ(tokens.size(), 50U);  // the IV is random
}

TEST_F(TokenMinterTest, NamesTheClaimThatIsMissingOrMalformed) {
  const auto with = [this](auto change) {
    TokenClaims claims = Claims();
    change(claims);
    return MintError(claims);
  };
  EXPECT_EQ(with([](auto& c) { c.subject = ""; }), "subject is required");
  EXPECT_EQ(with([](auto& c) { c.audience = ""; }), "audience is required");
  EXPECT_EQ(with([](auto& c) { c.console.id = ""; }), "console.id is required");
  EXPECT_EQ(with([](auto& c) { c.console.target = ""; }), "console.target is required");
  EXPECT_EQ(with([](auto& c) { c.issuer = "\xFF"; }), "issuer is not UTF-8");
  EXPECT_EQ(with([](auto& c) { c.token_id = std::string(129, 'x'); }),
            "token_id is longer than 128 bytes");
  EXPECT_EQ(with([](auto& c) { c.lifetime = std::chrono::seconds(0); }),
            "lifetime must be more than 0");
  EXPECT_EQ(with([](auto& c) { c.policy.max_duration = std::chrono::seconds(0); }),
            "policy.max_duration must be more than 0");
  EXPECT_EQ(with([](auto& c) { c.policy.idle_timeout = std::chrono::seconds(-1); }),
            "policy.idle_timeout must be more than 0");
  EXPECT_EQ(with([](auto& c) { c.policy.client_ip = {""}; }), "policy.client_ip is required");
  EXPECT_THAT(with([](auto& c) { c.console.password = std::string(9000, 'x'); }),
              HasSubstr("8192 bytes"));
}

TEST_F(TokenMinterTest, NeverTellsThePassword) {
  TokenClaims claims = Claims();
  claims.console.password = "s3cret\xFF";
  EXPECT_THAT(MintError(claims), testing::Not(HasSubstr("s3cret")));
}

TEST_F(TokenMinterTest, RefusesAKeyIdThatNoNodeTakes) {
  for (const std::string& id : {std::string(), std::string("a b"), std::string(65, 'a')}) {
    EXPECT_FALSE(TokenMinter(id, material_).MintAt(Claims(), kNow).ok());
  }
}

}  // namespace
}  // namespace porthole::client
