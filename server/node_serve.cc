#include "front/accept_loop.h"
#include "node.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A node whose parts are all open begins to take connections.

namespace porthole {

using telemetry::Condition;
using telemetry::Level;

// Everything is open: from here on connections are taken.
void Node::Serve() {
  address_policy_ = std::make_unique<net::AddressPolicy>(configuration_.targets, OwnPorts());
  public_settings_ = std::make_unique<front::PublicSettings>(
      *files_, budget_, admission_, metrics_.front, log_, configuration_.viewer.frame_ancestors,
      configuration_.viewer.path_prefix, configuration_.limits.connections);
  for (std::size_t i = 0; i < workers_->Size(); ++i) {
    sides_.push_back(std::make_unique<WorkerSide>(*this, i));
  }
  self_test_ =
      std::make_unique<SelfTest>(SelfTestParts{.configuration = configuration_,
                                               .workers = *workers_,
                                               .home = admin_worker_->At(0),
                                               .resolver = *resolver_,
                                               .files = *files_,
                                               .clock = clock_,
                                               .log = log_,
                                               .health = health_,
                                               .metrics = metrics_.node,
                                               .on_change = [this] { control_->RefreshHealth(); }});
  for (const std::unique_ptr<net::Listener>& listener : listeners_) {
    auto side = sides_.begin();  // each worker has an acceptor of its own
    for (const auto& acceptor : listener->Acceptors()) {
      front::SpawnAcceptLoop(
          *acceptor,
          [own = self_test_.get(), index = static_cast<std::size_t>(side - sides_.begin()),
           people = &(*side)->front](std::unique_ptr<net::HttpConnection> connection) {
            front::PublicSide& to = own->IsOwn(*connection) ? own->SideOf(index) : *people;
            return to.Serve(std::move(connection));
          },
          metrics_.front, log_);
      ++side;
    }
    LogListening("public", listener->Address(), listener->Secure());
  }
  front::SpawnAcceptLoop(
      *admin_listener_->Acceptors().front(),
      [this](std::unique_ptr<net::HttpConnection> connection) {
        return admin_side_.Serve(std::move(connection));
      },
      metrics_.front, log_);
  LogListening("admin", admin_listener_->Address(), false);
  if (reverse_port_ != nullptr) {
    LogListening("reverse", reverse_port_->Address(), false);
  }
  workers_->Start();
  admin_worker_->Start();
  BeginSelfTest();
  health_.Set(Condition::kListeners, true);
  control_->RefreshHealth();
  log_.Log(Level::kInfo, "started",
           {{"version", Version()},
            {"node", configuration_.node_id},
            {"workers", configuration_.workers},
            {"store", store_->Kind()}});
}

// Not ready before a console was opened here once, or could not be.
void Node::BeginSelfTest() {
  std::vector<net::OwnListener> own;
  own.reserve(listeners_.size());
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    own.push_back({.address = configuration_.listeners[i].address,
                   .port = listeners_[i]->Port(),
                   .tls = listeners_[i]->Secure(),
                   .name = listeners_[i]->Address()});
  }
  self_test_->Start(std::move(own));
  self_test_->AwaitFirst();
}

void Node::LogListening(const char* what, const std::string& address, bool tls) {
  log_.Log(Level::kInfo, "listening", {{"what", what}, {"address", address}, {"tls", tls}});
}

}  // namespace porthole
