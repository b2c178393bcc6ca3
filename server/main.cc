#include "base/status.h"
#include "config/documentation.h"
#include "config/loader.h"
#include "node.h"
#include "probe.h"
#include "service_manager.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <utility>

namespace {

constexpr int kUnusable = 2;  // exit code: the command line, the configuration or a port

struct Options {
  std::string config_file;
  std::string check_file;
  std::string probe;
  bool print_default = false;
};

int Fail(const absl::Status& status) {
  std::cerr << "porthole: " << porthole::Message(status) << '\n';
  return kUnusable;
}

// The signals that end or reload the node; blocked everywhere, taken in the main thread only.
sigset_t OurSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

bool IsEnd(int signal) {
  return signal == SIGTERM || signal == SIGINT;
}

absl::StatusOr<porthole::config::Configuration> LoadFrom(const std::string& file) {
  return file.empty() ? porthole::config::Parse("", "the defaults") : porthole::config::Load(file);
}

constexpr std::chrono::seconds kLook{2};  // a watchdog's time is more, or it is too short

// Tells the service manager that the node works, if every loop does.
void FeedWatchdog(const porthole::ServiceManager& manager, porthole::Node& node) {
  if (node.LoopsAnswer()) {
    manager.Alive();
  }
}

// Between signals it looks for certificates that were replaced.
void WaitForEnd(const sigset_t& signals,
                porthole::Node& node,
                const porthole::ServiceManager& manager,
                const std::string& file) {
  const timespec look{.tv_sec = kLook.count(), .tv_nsec = 0};
  for (;;) {
    const int signal = sigtimedwait(&signals, nullptr, &look);
    if (IsEnd(signal)) {
      return;
    }
    if (signal == SIGHUP) {
      node.OnReload(LoadFrom(file));
    } else {
      node.LookAtCertificates();
    }
    FeedWatchdog(manager, node);
  }
}

// Waits that long, or until a second signal says to hurry; a reload in between does neither.
bool SignalledWithin(const sigset_t& signals,
                     std::chrono::milliseconds limit,
                     const std::function<void()>& look) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point until = Clock::now() + limit;
  for (std::chrono::nanoseconds left = limit; left.count() > 0; left = until - Clock::now()) {
    left = std::min<std::chrono::nanoseconds>(left, kLook);
    timespec wait{};
    wait.tv_sec = left.count() / 1'000'000'000;
    wait.tv_nsec = left.count() % 1'000'000'000;
    if (IsEnd(sigtimedwait(&signals, nullptr, &wait))) {
      return true;
    }
    look();
  }
  return false;
}

int CheckOnly(const std::string& file) {
  const absl::StatusOr<porthole::config::Configuration> configuration =
      porthole::config::Load(file);
  if (!configuration.ok()) {
    return Fail(configuration.status());
  }
  if (const absl::Status usable = porthole::Node::Check(*configuration); !usable.ok()) {
    return Fail(usable);
  }
  std::cout << file << ": ok\n";
  return 0;
}

int AskOnly(const std::string& probe, const std::string& file) {
  const absl::StatusOr<porthole::config::Configuration> configuration = LoadFrom(file);
  if (!configuration.ok()) {
    return Fail(configuration.status());
  }
  const absl::Status said = porthole::Ask(
      probe == "live" ? porthole::Probe::kLive : porthole::Probe::kReady, configuration->admin);
  if (said.code() == absl::StatusCode::kInvalidArgument) {
    return Fail(said);
  }
  if (!said.ok()) {
    std::cerr << "porthole: " << porthole::Message(said) << '\n';
    return 1;
  }
  return 0;
}

int Serve(const std::string& file) {
  absl::StatusOr<porthole::config::Configuration> configuration = LoadFrom(file);
  if (!configuration.ok()) {
    return Fail(configuration.status());
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit fails as one on a full disk does
  const sigset_t signals = OurSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const porthole::ServiceManager manager;
  porthole::Node node(*std::move(configuration));
  if (const absl::Status opened = node.Open(); !opened.ok()) {
    return Fail(opened);
  }
  manager.Ready();
  WaitForEnd(signals, node, manager, file);
  manager.Stopping();
  node.Shutdown([&](std::chrono::milliseconds limit) {
    return SignalledWithin(signals, limit, [&] { FeedWatchdog(manager, node); });
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  CLI::App app{
      "Porthole, a console proxy for clouds: brings the screens of virtual machines into "
      "browsers.",
      "porthole"};
  app.footer(
      "Without options it runs with the defaults. A management server drives it with\n"
      "portholectl or over gRPC; see docs/operating.md, docs/integrating.md\n"
      "and docs/configuration.md.");
  app.set_version_flag("--version", "porthole " + porthole::Version());
  auto* const config =
      app.add_option("--config", options.config_file, "Run with this configuration file (YAML)");
  auto* const check = app.add_option("--check-config", options.check_file,
                                     "Say what is wrong with a configuration file, and exit");
  auto* const print = app.add_flag("--print-default-config", options.print_default,
                                   "Print a configuration file with every setting and its default");
  app.add_option("--probe", options.probe,
                 "Ask the node that runs with this configuration whether it is live or ready;\n"
                 "exits with 1 and says why when it is not")
      ->type_name("live|ready")
      ->check(CLI::IsMember({"live", "ready"}))
      ->excludes(check)
      ->excludes(print);
  for (auto* const option : {config, check}) {
    option->type_name("FILE")->excludes(print);
  }
  config->excludes(check);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUnusable;
  }
  if (options.print_default) {
    std::cout << porthole::config::DefaultYaml();
    return 0;
  }
  if (!options.probe.empty()) {
    return AskOnly(options.probe, options.config_file);
  }
  return options.check_file.empty() ? Serve(options.config_file) : CheckOnly(options.check_file);
} catch (const std::exception& error) {
  std::cerr << "porthole: " << error.what() << '\n';
  return kUnusable;
}
