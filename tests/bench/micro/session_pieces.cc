#include "session/registry.h"
#include "telemetry/json_line.h"
#include "tests/bench/micro/pieces.h"
#include "tests/unit/session/describe.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace porthole::bench {
namespace {

using telemetry::Field;

// A registry with sessions in it, so that a newcomer's place is looked for among others.
struct Crowd {
  session::SessionRegistry registry{session::Limits{}};
  std::vector<session::Entry> entries;
};

Judged<session::Entry> Enter(Crowd& crowd, const std::string& id) {
  return crowd.registry.Enter(session::Describe({.id = "session-" + id,
                                                 .console = "console-" + id,
                                                 .subject = "user-" + id,
                                                 .address = IpAddress::V4({10, 0, 0, 1})}),
                              [] {});
}

std::shared_ptr<Crowd> HundredSessions() {
  auto crowd = std::make_shared<Crowd>();
  for (int i = 0; i < 100; ++i) {
    auto entered = Enter(*crowd, std::to_string(i));
    Expect(std::holds_alternative<session::Entry>(entered), "the registry took no session");
    crowd->entries.push_back(std::get<session::Entry>(std::move(entered)));
  }
  return crowd;
}

void WriteLine() {
  constexpr WallTime kTime{std::chrono::seconds(1790000010)};
  const std::array<Field, 2> head{{{"level", "info"}, {"event", "session_ended"}}};
  const std::array<Field, 9> fields{{{"session", "0b0a5c5e8c3f4b7d"},
                                     {"console", "5b1f3a0e-3c7f-4d15-9a4e-0d2b8f6c1a77"},
                                     {"subject", "J\xC3\xBCrgen \"the\" user"},
                                     {"key", "key-1"},
                                     {"client", "203.0.113.7"},
                                     {"reason", "viewer_closed"},
                                     {"seconds", 12.345},
                                     {"bytes_to_viewer", 123456789U},
                                     {"bytes_to_host", 4321U}}};
  const std::string line = telemetry::JsonLine(kTime, head, telemetry::JsonFields(fields));
  Expect(line.ends_with("4321}"), "the line is not whole");
}

}  // namespace

std::vector<Piece> SessionPieces() {
  const auto crowd = HundredSessions();
  return {
      {"registry_enter_and_leave",
       [crowd] {
         const auto entered = Enter(*crowd, "newcomer");
         Expect(std::holds_alternative<session::Entry>(entered), "the registry took no session");
       }},
      {"log_line", WriteLine},
  };
}

}  // namespace porthole::bench
