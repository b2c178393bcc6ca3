#include "commands.h"
#include "duration.h"
#include "porthole/client/console_link.h"
#include "porthole/client/token_minter.h"

#include <CLI/Validators.hpp>
#include <google/protobuf/struct.pb.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace porthole::cli {
namespace {

using client::SharingPolicy;
using client::TokenClaims;

constexpr std::size_t kMaxPasswordBytes = 1024;
constexpr std::size_t kMaxCookieBytes = 4096;

struct MintOptions {
  std::string key_id;
  std::string key_file;
  std::string password_file;
  std::string host_key_sha256;
  std::string cookie_file;
  client::Tunnel tunnel;
  std::string lifetime = "60s";
  bool view_only = false;
  std::string sharing;
  std::string idle_timeout;
  std::string max_duration;
  std::string base_url;
  TokenClaims claims;
};

// The first line of a file, `what` being "a password": an editor's newline is no part of it.
absl::StatusOr<std::string> ReadSecret(const std::string& path,
                                       const std::string& what,
                                       std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::string text(most + 1, '\0');
  if (!file) {
    return absl::NotFoundError("cannot open " + path + ": " +
                               std::generic_category().message(errno));
  }
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  text.resize(std::min(text.size(), text.find_first_of("\r\n")));
  if (file.bad() || text.empty() || text.size() > most) {
    return absl::InvalidArgumentError(path + " must hold " + what + " of 1 to " +
                                      std::to_string(most) + " bytes");
  }
  return text;
}

absl::Status ReadSeconds(const std::string& option,
                         const std::string& text,
                         std::optional<std::chrono::seconds>& target) {
  if (text.empty()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::chrono::milliseconds> time = ParseDuration(text);
  if (!time.ok() || *time < std::chrono::seconds(1) || time->count() % 1000 != 0) {
    return WrongUsage(option + ": \"" + text + "\" is not a time in whole seconds, such as 60s");
  }
  target = std::chrono::duration_cast<std::chrono::seconds>(*time);
  return absl::OkStatus();
}

std::optional<SharingPolicy> SharingOf(const std::string& name) {
  constexpr std::array<std::pair<const char*, SharingPolicy>, 3> kNames = {
      {{"shared", SharingPolicy::kShared},
       {"exclusive", SharingPolicy::kExclusive},
       {"takeover", SharingPolicy::kTakeover}}};
  for (const auto& [known, sharing] : kNames) {
    if (name == known) {
      return sharing;
    }
  }
  return std::nullopt;
}

absl::Status ReadTunnel(const MintOptions& options, TokenClaims& claims) {
  if (options.tunnel.url.empty()) {
    return options.tunnel.path.empty() && options.cookie_file.empty()
               ? absl::OkStatus()
               : WrongUsage("--tunnel-path and --tunnel-cookie-file go with --tunnel");
  }
  claims.console.tunnel = options.tunnel;
  if (!options.cookie_file.empty()) {
    absl::StatusOr<std::string> cookie =
        ReadSecret(options.cookie_file, "a cookie", kMaxCookieBytes);
    if (!cookie.ok()) {
      return cookie.status();
    }
    claims.console.tunnel->cookie = *std::move(cookie);
  }
  return absl::OkStatus();
}

absl::StatusOr<TokenClaims> ClaimsOf(const MintOptions& options) {
  TokenClaims claims = options.claims;
  std::optional<std::chrono::seconds> lifetime;
  for (const absl::Status& read :
       {ReadSeconds("--lifetime", options.lifetime, lifetime),
        ReadSeconds("--idle-timeout", options.idle_timeout, claims.policy.idle_timeout),
        ReadSeconds("--max-duration", options.max_duration, claims.policy.max_duration)}) {
    if (!read.ok()) {
      return read;
    }
  }
  claims.lifetime = lifetime.value_or(claims.lifetime);
  claims.policy.sharing = SharingOf(options.sharing);
  if (options.view_only) {
    claims.policy.view_only = true;
  }
  if (!options.host_key_sha256.empty()) {
    claims.console.tls = claims.console.tls.value_or(client::HostTls{});
    claims.console.tls->host_key_sha256 = options.host_key_sha256;
  }
  if (!options.password_file.empty()) {
    absl::StatusOr<std::string> password =
        ReadSecret(options.password_file, "a password", kMaxPasswordBytes);
    if (!password.ok()) {
      return password.status();
    }
    claims.console.password = *std::move(password);
  }
  if (absl::Status read = ReadTunnel(options, claims); !read.ok()) {
    return read;
  }
  return claims;
}

absl::Status Write(const Context& context, const std::string& token, const std::string& link) {
  if (!context.WantsJson()) {
    context.streams.out << (link.empty() ? token : link) << '\n';
    return absl::OkStatus();
  }
  google::protobuf::Struct json;
  (*json.mutable_fields())["token"].set_string_value(token);
  if (!link.empty()) {
    (*json.mutable_fields())["link"].set_string_value(link);
  }
  return context.WriteJson(json);
}

absl::Status Mint(const Context& context, const MintOptions& options) {
  const absl::StatusOr<TokenClaims> claims = ClaimsOf(options);
  if (!claims.ok()) {
    return claims.status();
  }
  std::optional<client::ConsoleLink> links;
  if (!options.base_url.empty()) {
    absl::StatusOr<client::ConsoleLink> made = client::ConsoleLink::To(options.base_url);
    if (!made.ok()) {
      return WrongUsage("--base-url: " + std::string(made.status().message()));
    }
    links = *std::move(made);
  }
  const absl::StatusOr<client::KeyMaterial> material =
      client::KeyMaterial::ReadFile(options.key_file);
  if (!material.ok()) {
    return material.status();
  }
  const absl::StatusOr<std::string> token =
      client::TokenMinter(options.key_id, *material).Mint(*claims);
  if (!token.ok()) {
    return WrongUsage("token mint: " + std::string(token.status().message()));
  }
  return Write(context, *token, links.has_value() ? links->With(*token) : "");
}

void AddConsoleOptions(CLI::App& mint, MintOptions& options) {
  TokenClaims& claims = options.claims;
  mint.add_option("--console", claims.console.id, "The VM's id")->type_name("ID")->required();
  mint.add_option("--name", claims.console.name, "The VM's name, for the viewer's title")
      ->type_name("NAME");
  mint.add_option("--target", claims.console.target,
                  "Its VNC server: tcp://HOST:PORT, unix:/path, ws://HOST:PORT/path, wss://…,\n"
                  "raw+tcp://HOST:PORT, reverse:ID")
      ->type_name("TARGET")
      ->required();
  mint.add_option("--username", claims.console.username, "For VNC servers that want a name")
      ->type_name("NAME");
  mint.add_option("--password-file", options.password_file,
                  "File whose first line is the VNC password")
      ->type_name("FILE");
  mint.add_option("--host-key-sha256", options.host_key_sha256,
                  "SHA-256 of the RSA key that the host must show (RA2), 64 hexadecimal digits")
      ->type_name("HEX");
  mint.add_option("--tunnel", options.tunnel.url,
                  "HTTP server on the way, asked to CONNECT: http(s)://HOST:PORT")
      ->type_name("URL");
  mint.add_option("--tunnel-path", options.tunnel.path,
                  "What it is asked for, as XenServer's /console?uuid=…; else the target")
      ->type_name("PATH");
  mint.add_option("--tunnel-cookie-file", options.cookie_file,
                  "File whose first line is the cookie that goes with the path")
      ->type_name("FILE");
}

void AddTokenOptions(CLI::App& mint, MintOptions& options) {
  mint.add_option("--key-id", options.key_id, "The key's name on the node")
      ->type_name("ID")
      ->required();
  mint.add_option("--key-file", options.key_file, "File with the key as base64url text")
      ->type_name("FILE")
      ->required();
  mint.add_option("--subject", options.claims.subject, "The user for whom the link is")
      ->type_name("USER")
      ->required();
  mint.add_option("--lifetime", options.lifetime, "How long the link can be opened")
      ->type_name("TIME")
      ->capture_default_str();
  mint.add_option("--audience", options.claims.audience, "As configured on the node")
      ->type_name("NAME")
      ->capture_default_str();
  mint.add_option("--issuer", options.claims.issuer, "Who makes the token")->type_name("NAME");
  mint.add_option("--base-url", options.base_url,
                  "Print a whole link below https://HOST:PORT, not just the token")
      ->type_name("URL");
}

void AddPolicyOptions(CLI::App& mint, MintOptions& options) {
  mint.add_flag("--view-only", options.view_only, "Look, but do not touch");
  mint.add_option("--sharing", options.sharing, "Who else may be there")
      ->type_name("WHO")
      ->check(CLI::IsMember({"shared", "exclusive", "takeover"}));
  mint.add_option("--idle-timeout", options.idle_timeout, "End after this long without input")
      ->type_name("TIME");
  mint.add_option("--max-duration", options.max_duration, "End after this long")->type_name("TIME");
  mint.add_option("--client-ip", options.claims.policy.client_ip,
                  "Only from this address or prefix; may be repeated")
      ->type_name("ADDRESS")
      ->allow_extra_args(false);
}

}  // namespace

void AddTokenCommands(CLI::App& app, Context& context) {
  const auto options = std::make_shared<MintOptions>();
  CLI::App* const token = app.add_subcommand("token", "Console links, made without the node");
  token->require_subcommand(0, 1);
  CLI::App* const mint = token->add_subcommand("mint", "Make a link; it opens one console once");
  AddTokenOptions(*mint, *options);
  AddConsoleOptions(*mint, *options);
  AddPolicyOptions(*mint, *options);
  mint->callback([options, &context] {
    context.command = [options, &context] { return Mint(context, *options); };
  });
}

}  // namespace porthole::cli
