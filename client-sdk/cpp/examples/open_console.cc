// The ten lines that a management server needs to let somebody see a console; README.md shows them.
//   open_console KEY_ID CONTROL_ADDRESS BASE_URL TARGET < vnc-password
#include <absl/status/statusor.h>
#include <porthole/client/client.h>
#include <porthole/client/connection_options.h>
#include <porthole/client/console_link.h>
#include <porthole/client/token_claims.h>
#include <porthole/client/token_minter.h>

#include <iostream>
#include <string>

namespace {

absl::StatusOr<std::string> OpenConsole(const std::string& key_id,
                                        const std::string& control_address,
                                        const std::string& base_url,
                                        const std::string& target,
                                        const std::string& vnc_password) {
  // Short, as the README shows it. NOLINTBEGIN(readability-braces-around-statements)
  // [readme]
  // Once: push a key. The same id with the same material changes nothing.
  const auto connection = porthole::client::MakeConnection({.address = control_address});
  if (!connection.ok())
    return connection.status();
  porthole::client::Client client(*connection);
  const auto material = porthole::client::KeyMaterial::Generate();
  const auto pushed = client.PutTokenKey(key_id, material);
  if (!pushed.ok())
    return pushed.status();

  // For each console that somebody may open: mint a token and build the link.
  porthole::client::TokenClaims claims;
  claims.subject = "user-42";
  claims.console.id = "5b1f3a0e-5c5c-4c59-9f57-2f1f1e1b7a10";
  claims.console.name = "web-1";
  claims.console.target = target;  // "tcp://10.1.34.5:5901"
  claims.console.password = vnc_password;
  const auto token = porthole::client::TokenMinter(key_id, material).Mint(claims);
  if (!token.ok())
    return token.status();
  const auto link = porthole::client::ConsoleLink::To(base_url);  // "https://consoles.example"
  if (!link.ok())
    return link.status();
  return link->With(*token);
  // [/readme]
  // NOLINTEND(readability-braces-around-statements)
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: open_console KEY_ID CONTROL_ADDRESS BASE_URL TARGET < vnc-password\n";
    return 2;
  }
  std::string vnc_password;
  std::getline(std::cin, vnc_password);
  const auto link = OpenConsole(argv[1], argv[2], argv[3], argv[4], vnc_password);
  if (!link.ok()) {
    std::cerr << "open_console: " << link.status().ToString() << '\n';
    return 1;
  }
  std::cout << *link << '\n';
  return 0;
}
