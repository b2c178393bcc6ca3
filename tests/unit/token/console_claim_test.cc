#include "token/console_claim.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::token {
namespace {

// What is wrong with a good console changed by `more` members; empty when nothing is.
std::string FaultOf(std::string_view more, Grant* grant = nullptr) {
  const boost::json::value console =
      boost::json::parse(R"({"id":"c","target":"tcp://h:1")" + std::string(more) + "}");
  Fault fault;
  Grant read;
  ReadConsole(console.as_object(), read, fault);
  if (grant != nullptr) {
    *grant = std::move(read);
  }
  return fault;
}

TEST(ConsoleClaim, ReadsEveryTlsMode) {
  for (const auto& [name, mode] :
       std::vector<std::pair<std::string, TlsMode>>{{"disable", TlsMode::kDisable},
                                                    {"prefer", TlsMode::kPrefer},
                                                    {"require", TlsMode::kRequire}}) {
    Grant grant;
    EXPECT_EQ(FaultOf(R"(,"tls":{"mode":")" + name + "\"}", &grant), "");
    EXPECT_EQ(grant.tls.mode, mode) << name;
  }
  Grant grant;
  EXPECT_EQ(FaultOf(R"(,"tls":{})", &grant), "");
  EXPECT_EQ(grant.tls.mode, TlsMode::kPrefer);
}

TEST(ConsoleClaim, ReadsAPinnedHostKeyInLowerCase) {
  Grant grant;
  const std::string key = "ABCDEF0123456789" + std::string(48, 'a');

  EXPECT_EQ(FaultOf(R"(,"tls":{"host_key_sha256":")" + key + "\"}", &grant), "");

  EXPECT_EQ(grant.tls.host_key_sha256, "abcdef0123456789" + std::string(48, 'a'));
}

TEST(ConsoleClaim, KeepsAPasswordAsItIs) {
  Grant grant;
  EXPECT_EQ(FaultOf(R"(,"password":" \u00e9\n\"")", &grant), "");
  EXPECT_EQ(grant.password.Reveal(), " \xC3\xA9\n\"");
}

TEST(ConsoleClaim, RefusesWhatItCannotHold) {
  const std::string long_text(257, 'x');
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"(,"name":"a\nb")", "console.name holds a control character"},
      {R"(,"name":"\u202egpj.exe")", "console.name holds a control character"},
      {R"(,"name":")" + long_text + "\"", "console.name is longer than 256 bytes"},
      {R"(,"name":null)", "console.name must be a string"},
      {R"(,"username":")" + long_text + "\"", "console.username is longer than 256 bytes"},
      {R"(,"username":"a\u0000")", "console.username holds a control character"},
      {R"(,"tls":true)", "console.tls must be an object"},
      {R"(,"tls":{"mode":"required"})", "console.tls.mode must be one of disable, prefer, require"},
      {R"(,"tls":{"mode":null})", "console.tls.mode must be one of disable, prefer, require"},
      {R"(,"tls":{"verify":false})", "console.tls.verify is not a member that is known here"},
      {R"(,"tls":{"server_name":"a b"})", "console.tls.server_name is not a host name"},
      {R"(,"tls":{"server_name":"a/b"})", "console.tls.server_name is not a host name"},
      {R"(,"tls":{"host_key_sha256":"ab"})",
       "console.tls.host_key_sha256 must be 64 hexadecimal digits"},
      {R"(,"tls":{"host_key_sha256":")" + std::string(64, 'g') + "\"}",
       "console.tls.host_key_sha256 must be 64 hexadecimal digits"},
      {R"(,"Password":"x")", "console.Password is not a member that is known here"},
      {R"(,"via":"proxy")", "console.via is not a member that is known here"}};
  for (const auto& [more, fault] : cases) {
    EXPECT_EQ(FaultOf(more), fault) << more;
  }
}

TEST(ConsoleClaim, SaysWhyATargetCannotBeRead) {
  for (const auto& [target, fault] : std::vector<std::pair<std::string, std::string>>{
           {"10.0.0.1:5900",
            "console.target cannot be read: target needs a scheme: tcp, unix, ws, wss, raw+tcp or "
            "reverse"},
           {"tcp://h", "console.target cannot be read: target needs a port"},
           {"", "console.target is empty"}}) {
    const boost::json::value console = {{"id", "c"}, {"target", target}};
    Fault found;
    Grant grant;
    ReadConsole(console.as_object(), grant, found);
    EXPECT_EQ(found, fault);
  }
}

}  // namespace
}  // namespace porthole::token
