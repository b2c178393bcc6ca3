// Uses what the SDK gives, against a node in this process: exit 0 when all of it works.
#include <porthole/client/client.h>
#include <porthole/client/console_link.h>
#include <porthole/client/fleet.h>
#include <porthole/client/session_watcher.h>
#include <porthole/client/token_minter.h>
#include <porthole/client_testing/fake_node.h>

#include <iostream>

namespace client = porthole::client;

namespace {

absl::StatusOr<std::string> Link(const client::KeyMaterial& material) {
  client::TokenClaims claims;
  claims.subject = "user-42";
  claims.console.id = "vm-1";
  claims.console.target = "tcp://10.1.34.5:5901";
  const auto token = client::TokenMinter("cloud-1", material).Mint(claims);
  if (!token.ok()) {
    return token.status();
  }
  return client::ConsoleLink::To("https://consoles.example")->With(*token);
}

absl::Status Use(const porthole::client_testing::FakeNode& node) {
  client::FleetOptions options;
  options.connection = node.Options();
  options.find = client::NodesAt({node.Address()});
  auto fleet = client::Fleet::Make(options);
  if (!fleet.ok()) {
    return fleet.status();
  }
  const client::KeyMaterial material = client::KeyMaterial::Generate();
  absl::Status pushed = fleet->PutTokenKey("cloud-1", material).Summary();
  if (!pushed.ok()) {
    return pushed;
  }
  const auto connection = client::MakeConnection(node.Options());
  const client::SessionWatcher watcher(*connection, {});
  absl::Status current = watcher.WaitUntilCurrent(std::chrono::seconds(20));
  return current.ok() ? Link(material).status() : current;
}

}  // namespace

int main() {
  const porthole::client_testing::FakeNode node;
  const absl::Status used = Use(node);
  std::cout << used.ToString() << '\n';
  return used.ok() && node.TokenKeys().size() == 1 ? 0 : 1;
}
