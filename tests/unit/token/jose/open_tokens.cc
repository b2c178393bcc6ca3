// Opens tokens for a test in another language: one JSON request a line on standard input, one JSON
// answer a line on standard output.
//   {"key": "<base64url>", "kid": "key-1", "now": 1790000000, "token": "..."}
//     -> {"grant": {...}} or {"refusal": "token_invalid", "detail": "..."}
#include "base/base64url.h"
#include "base/target.h"
#include "token/opener.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <variant>

namespace {

namespace json = boost::json;
using porthole::token::Grant;

std::string Text(const json::object& object, std::string_view name) {
  return json::value_to<std::string>(object.at({name.data(), name.size()}));
}

std::int64_t Seconds(porthole::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

template <typename T>
json::value OrNull(const std::optional<T>& value) {
  return value.has_value() ? json::value(*value) : json::value(nullptr);
}

std::optional<std::int64_t> Count(const std::optional<std::chrono::seconds>& time) {
  return time.has_value() ? std::optional<std::int64_t>(time->count()) : std::nullopt;
}

json::object ToJson(const porthole::token::PolicyWish& wish) {
  json::array clients;
  for (const porthole::IpPrefix& prefix : wish.client_ip) {
    clients.emplace_back(prefix.ToString());
  }
  return {{"view_only", OrNull(wish.view_only)},
          {"max_duration_s", OrNull(Count(wish.max_duration))},
          {"idle_timeout_s", OrNull(Count(wish.idle_timeout))},
          {"client_ip", clients}};
}

json::object ToJson(const Grant& grant) {
  return {{"kid", grant.key_id},
          {"jti", grant.token_id},
          {"iss", grant.issuer},
          {"sub", grant.subject},
          {"iat", Seconds(grant.issued_at)},
          {"exp", Seconds(grant.expires_at)},
          {"id", grant.console_id},
          {"name", grant.console_name},
          {"target", porthole::ToString(grant.target)},
          {"username", grant.username},
          {"password", std::string(grant.password.Reveal())},
          {"policy", ToJson(grant.policy)}};
}

json::object Answer(const json::object& request) {
  const auto material = porthole::DecodeBase64Url(Text(request, "key")).value();
  porthole::token::KeyRing keys;
  const absl::Status put =
      keys.Put({.id = Text(request, "kid"),
                .profile = porthole::token::KeyProfile::kJwe,
                .material = porthole::Secret(std::string(material.begin(), material.end())),
                .created = {},
                .not_after = {}});
  if (!put.ok()) {
    return {{"refusal", "key"}, {"detail", put.ToString()}};
  }
  const porthole::WallTime now{std::chrono::seconds(request.at("now").as_int64())};
  const auto judged = porthole::token::OpenToken(Text(request, "token"), keys, now, {});
  if (const auto* const refusal = std::get_if<porthole::Refusal>(&judged)) {
    return {{"refusal", std::string(Name(refusal->reason))}, {"detail", refusal->detail}};
  }
  return {{"grant", ToJson(std::get<Grant>(judged))}};
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) {
      std::cout << json::serialize(Answer(json::parse(line).as_object())) << '\n' << std::flush;
    }
  } catch (const std::exception& error) {
    std::cerr << "open_tokens: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
