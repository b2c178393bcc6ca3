// The console half of a management server, as small as it can be: it gives every node of a fleet
// its key, makes links, sees who is on a console, and ends sessions.
//
//   management_server BASE_URL ADDRESS... < commands
//
// BASE_URL is where browsers reach the fleet ("https://consoles.example"); each ADDRESS is a node's
// control API, "unix:/path" or "HOST:PORT". For HOST:PORT the environment names the files of mutual
// TLS: PORTHOLE_CA, PORTHOLE_CERT, PORTHOLE_KEY. Commands, one a line:
//
//   open USER CONSOLE TARGET    prints a link for that user to that console
//   end USER REASON...          ends the user's sessions, everywhere, and says why
//   quit
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <porthole/client/client.h>
#include <porthole/client/console_link.h>
#include <porthole/client/fleet.h>
#include <porthole/client/session_watcher.h>
#include <porthole/client/token_minter.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace client = porthole::client;

// A real one names its keys by date, keeps the material in its own database, and makes a new one
// from time to time: put the new key everywhere, mint with it, delete the old one an hour later.
constexpr const char* kKeyId = "example-1";

// One line at a time, whichever thread it comes from.
void Say(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::cout << line << std::endl;  // NOLINT(performance-avoid-endl): somebody waits for it.
}

// Watches one node: tells who is there, and gives the node the key whenever it comes (back). A node
// that keeps nothing on disk has forgotten the key then; for any other the same key changes
// nothing.
class NodeWatch final : public client::SessionObserver {
 public:
  NodeWatch(std::string address,
            const std::shared_ptr<client::Connection>& connection,
            const client::KeyMaterial& material)
      : address_(std::move(address)),
        client_(connection),
        material_(material),
        watcher_(connection, {}, this) {}

  void OnOpened(const client::v1::Session& session) override {
    Say("opened " + session.session_id() + " by " + session.subject() + " on " +
        session.console_id());
  }
  void OnEnded(const client::v1::Session& session) override {
    Say("ended " + session.session_id() + ": " + client::v1::EndReason_Name(session.end_reason()));
  }
  void OnSynced() override {
    const auto pushed = client_.PutTokenKey(kKeyId, material_);
    Say(pushed.ok() ? "ready " + address_ : "no key: " + pushed.status().ToString());
  }
  void OnLost(const absl::Status& why) override { Say("lost " + why.ToString()); }

 private:
  const std::string address_;
  client::Client client_;
  const client::KeyMaterial material_;
  // The last member: it calls this object until it is gone.
  client::SessionWatcher watcher_;
};

client::ConnectionOptions OptionsFromEnvironment() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before threads.
    return std::string(value != nullptr ? value : "");
  };
  client::ConnectionOptions options;
  if (!variable("PORTHOLE_CA").empty()) {
    options.tls = client::TlsFiles{.ca_file = variable("PORTHOLE_CA"),
                                   .certificate_file = variable("PORTHOLE_CERT"),
                                   .private_key_file = variable("PORTHOLE_KEY"),
                                   .server_name = ""};
  }
  return options;
}

class ManagementServer {
 public:
  static absl::StatusOr<ManagementServer> Make(const std::string& base_url,
                                               const std::vector<std::string>& addresses) {
    client::FleetOptions options;
    options.connection = OptionsFromEnvironment();
    options.find = client::NodesAt(addresses);
    const auto link = client::ConsoleLink::To(base_url);
    if (!link.ok()) {
      return link.status();
    }
    const auto fleet = client::Fleet::Make(options);
    if (!fleet.ok()) {
      return fleet.status();
    }
    ManagementServer server(*link, *fleet);
    for (const std::string& address : addresses) {
      client::ConnectionOptions node = options.connection;
      node.address = address;
      const auto connection = client::MakeConnection(node);
      if (!connection.ok()) {
        return connection.status();
      }
      server.nodes_.push_back(std::make_unique<NodeWatch>(address, *connection, server.material_));
    }
    return server;
  }

  // A link that opens `target` for `user`, once, within a minute, on whichever node it reaches.
  absl::StatusOr<std::string> Open(const std::string& user,
                                   const std::string& console,
                                   const std::string& target) const {
    client::TokenClaims claims;
    claims.subject = user;
    claims.console.id = console;
    claims.console.target = target;
    const auto token = client::TokenMinter(kKeyId, material_).Mint(claims);
    if (!token.ok()) {
      return token.status();
    }
    return link_.With(*token);
  }

  // Ends what the user has open, and refuses the links that were made for them up to now.
  absl::StatusOr<int> End(const std::string& user, const std::string& reason) {
    client::v1::RevokeSessionsRequest request;
    request.mutable_selector()->set_subject(user);
    request.set_reason(reason);
    const auto revoked = fleet_.RevokeSessions(request);
    absl::Status summary = revoked.Summary();
    if (!summary.ok()) {
      // Somebody must hear of this: on a node that did not answer the user may still be there.
      return summary;
    }
    int ended = 0;
    for (const auto& node : revoked.nodes) {
      ended += node.answer->ended_count();
    }
    return ended;
  }

 private:
  ManagementServer(client::ConsoleLink link, client::Fleet fleet)
      : link_(std::move(link)), fleet_(std::move(fleet)) {}

  client::KeyMaterial material_ = client::KeyMaterial::Generate();
  client::ConsoleLink link_;
  client::Fleet fleet_;
  std::vector<std::unique_ptr<NodeWatch>> nodes_;
};

// Returns false when there is nothing more to do.
bool Obey(ManagementServer& server, const std::string& line) {
  std::istringstream words(line);
  std::string command;
  std::string user;
  words >> command >> user >> std::ws;
  if (command == "open") {
    std::string console;
    std::string target;
    words >> console >> target;
    const auto link = server.Open(user, console, target);
    Say(link.ok() ? "link " + *link : "error " + link.status().ToString());
  } else if (command == "end") {
    std::string reason;
    std::getline(words, reason);
    const auto ended = server.End(user, reason);
    Say(ended.ok() ? "ended " + std::to_string(*ended) + " sessions of " + user
                   : "error " + ended.status().ToString());
  } else if (command != "quit") {
    Say("error: open USER CONSOLE TARGET, end USER REASON, or quit");
  }
  return command != "quit";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: management_server BASE_URL ADDRESS... < commands\n";
    return 2;
  }
  auto server = ManagementServer::Make(argv[1], std::vector<std::string>(argv + 2, argv + argc));
  if (!server.ok()) {
    std::cerr << "management_server: " << server.status().ToString() << '\n';
    return 1;
  }
  std::string line;
  while (std::getline(std::cin, line) && Obey(*server, line)) {
  }
  return 0;
}
