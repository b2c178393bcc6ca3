// Mints tokens for the test beside this file: prints the key, then one token a line.
#include "porthole/client/token_minter.h"

#include <chrono>
#include <iostream>

namespace {

using porthole::client::TokenClaims;

TokenClaims Least() {
  TokenClaims claims;
  claims.subject = "user-42";
  claims.token_id = "token-1";
  claims.console.id = "console-1";
  claims.console.target = "tcp://10.1.34.5:5901";
  return claims;
}

TokenClaims Everything() {
  TokenClaims claims = Least();
  claims.issuer = "cloud-1";
  claims.audience = "elsewhere";
  claims.lifetime = std::chrono::seconds(90);
  claims.console.name = "сервер \"1\" 😀";
  claims.console.username = "alice";
  claims.console.password = "pä\"ss\\w0rd\n\x01";
  claims.console.tls = porthole::client::HostTls{.mode = porthole::client::HostTlsMode::kDisable,
                                                 .server_name = "kvm-7.example",
                                                 .host_key_sha256 = std::string(64, 'f')};
  claims.policy = {.view_only = false,
                   .clipboard = porthole::client::ClipboardPolicy::kFromConsole,
                   .sharing = porthole::client::SharingPolicy::kExclusive,
                   .max_duration = std::chrono::seconds(28800),
                   .idle_timeout = std::chrono::seconds(900),
                   .client_ip = {"203.0.113.7", "2001:db8::/32"}};
  return claims;
}

}  // namespace

int main() {
  constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'790'000'000)};
  const auto material =
      porthole::client::KeyMaterial::FromText("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  const porthole::client::TokenMinter minter("key-1", material.value());
  for (const TokenClaims& claims : {Least(), Everything()}) {
    std::cout << minter.MintAt(claims, kNow).value() << '\n';
  }
  return 0;
}
