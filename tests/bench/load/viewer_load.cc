// Many viewers of one port, for benchmarks: opens them, says {"event":"ready"}, and measures once
// for each line "go" on standard input, until that ends. Prints JSON lines.

#include "tests/bench/load/measures.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>

namespace porthole::bench {
namespace {

struct Options {
  std::string mode;
  std::uint16_t port = 0;
  std::string framing = "rfb";
  std::string tokens;
  bool tls = false;
  bool resume = false;
  std::size_t viewers = 1;
  std::size_t parallel = 64;
  double seconds = 5;
  double warm_up = 0.5;
  unsigned sources = 1;
  Measure measure;
  Setup setup;
};

void Describe(CLI::App& app, Options& options) {
  app.add_option("mode", options.mode, "what is measured")
      ->required()
      ->check(CLI::IsMember({"flood", "paced", "hold", "slow", "setup"}));
  app.add_option("--port", options.port, "where on 127.0.0.1")->required();
  app.add_option("--framing", options.framing, "RFB as it is, or in WebSocket frames")
      ->check(CLI::IsMember({"rfb", "websocket"}));
  app.add_option("--tokens", options.tokens, "a file with one token a line");
  app.add_flag("--tls", options.tls, "TLS 1.3");
  app.add_flag("--resume", options.resume, "with sessions of TLS that are resumed");
  app.add_option("--viewers", options.viewers, "how many (not setup)")->check(CLI::Range(1, 20000));
  app.add_option("--parallel", options.parallel, "how many are opened at a time")
      ->check(CLI::Range(1, 4096));
  app.add_option("--seconds", options.seconds, "how long (not setup)")
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("--warm-up", options.warm_up, "seconds before that")->check(CLI::Range(0.0, 60.0));
  app.add_option("--sources", options.sources, "source addresses")->check(CLI::Range(1, 200));
  app.add_option("--rate", options.measure.rate, "requests or openings a second in all")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--update-bytes", options.measure.update_bytes, "what an update has (paced)");
  app.add_option("--slow-bytes", options.measure.slow_bytes, "bytes a second for each (slow)");
  app.add_option("--sessions", options.setup.sessions, "how many in all (setup)");
}

std::chrono::nanoseconds Time(double seconds) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

std::deque<std::string> TokensIn(const std::string& path) {
  std::deque<std::string> tokens;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    tokens.push_back(line);
  }
  if (tokens.empty()) {
    throw std::runtime_error("there are no tokens in " + path);
  }
  return tokens;
}

boost::json::object MeasureOnce(Crowd& crowd, const Options& options) {
  if (options.mode == "flood") {
    return Flood(crowd, options.measure);
  }
  if (options.mode == "paced") {
    return Paced(crowd, options.measure);
  }
  if (options.mode == "slow") {
    return Slow(crowd, options.measure);
  }
  return Hold(crowd, options.measure);
}

// Whether what the mode divides by is there.
void Check(const Options& options) {
  const bool paced = options.mode == "paced";
  if (paced && (options.measure.rate <= 0 || options.measure.update_bytes == 0)) {
    throw std::runtime_error("paced needs --rate and --update-bytes");
  }
  if (options.mode == "slow" && options.measure.slow_bytes == 0) {
    throw std::runtime_error("slow needs --slow-bytes");
  }
  if (options.mode == "setup" && options.setup.sessions == 0) {
    throw std::runtime_error("setup needs --sessions");
  }
}

void Run(Options& options) {
  Check(options);
  RaiseDescriptorLimit();
  options.measure.time = Time(options.seconds);
  options.measure.warm_up = Time(options.warm_up);
  options.setup.parallel = options.parallel;
  options.setup.rate = options.measure.rate;
  std::optional<TlsClient> tls;
  if (options.tls) {
    tls.emplace(options.resume);
  }
  Guests guests;
  guests.manner = {.port = options.port,
                   .websocket = options.framing == "websocket",
                   .tls = tls ? &*tls : nullptr,
                   // A viewer that reads little takes little in advance.
                   .receive_buffer = options.mode == "slow" ? 65536 : 0};
  guests.sources = static_cast<std::uint8_t>(options.sources);
  guests.needs_tokens = !options.tokens.empty();
  if (guests.needs_tokens) {
    guests.tokens = TokensIn(options.tokens);
  }
  Crowd crowd(std::move(guests));
  const bool setup = options.mode == "setup";
  if (!setup) {
    crowd.Open(options.viewers, options.parallel);
  }
  Say({{"event", "ready"}, {"viewers", crowd.Size()}});
  while (crowd.AwaitGo()) {
    Say(setup ? OpenAndClose(crowd, options.setup) : MeasureOnce(crowd, options));
  }
}

}  // namespace
}  // namespace porthole::bench

int main(int argc, char** argv) {
  // OpenSSL writes with write(2).
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Many viewers of one port.");
  porthole::bench::Options options;
  porthole::bench::Describe(app, options);
  CLI11_PARSE(app, argc, argv);
  try {
    porthole::bench::Run(options);
  } catch (const std::exception& error) {
    std::cerr << "viewer_load: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
