// What durability costs: changes a second and their latency, in memory and in the embedded store,
// with one caller and with many who each wait for their answer.
//     bench_store [DIRECTORY]      where the embedded store's files go; default: the current one

#include "base/clock.h"
#include "state/embedded_store.h"
#include "state/memory_store.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <vector>

namespace porthole::state {
namespace {

using Steady = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

constexpr std::chrono::seconds kEach{3};

// One change, of the caller's `number`th round; returns when it is answered.
using Change = std::function<void(StateStore&, std::size_t caller, std::size_t number)>;

// A new key each time; the caller's last one goes, so that there is room.
void PutKey(StateStore& store, std::size_t caller, std::size_t number) {
  const std::string id = "k" + std::to_string(caller) + "-";
  std::promise<void> answered;
  store.PutTokenKey({.id = id + std::to_string(number),
                     .profile = token::KeyProfile::kJwe,
                     .material = Secret(std::string(token::kTokenKeyBytes, 'k')),
                     .created = std::chrono::system_clock::now(),
                     .not_after = {}},
                    [&](const absl::Status& status) {
                      if (!status.ok()) {
                        std::puts("a change failed");
                      }
                      answered.set_value();
                    });
  if (number > 0) {
    store.DeleteTokenKey(id + std::to_string(number - 1), [](const absl::Status&) {});
  }
  answered.get_future().wait();
}

// Remembered so briefly that memory has room for all.
void ClaimToken(StateStore& store, std::size_t caller, std::size_t number) {
  const WallTime now = std::chrono::system_clock::now();
  std::promise<void> answered;
  store.Claim({std::to_string(caller), std::to_string(number)},
              now + std::chrono::milliseconds(500), now,
              [&](const absl::StatusOr<Claimed>& claimed) {
                if (!claimed.ok() || *claimed != Claimed::kFirst) {
                  std::puts("a claim failed");
                }
                answered.set_value();
              });
  answered.get_future().wait();
}

// Calls `change` until `end`; how long each call took, in microseconds.
std::vector<double> Repeat(StateStore& store,
                           std::size_t caller,
                           Steady::time_point end,
                           const Change& change) {
  std::vector<double> took;
  for (std::size_t number = 0; Steady::now() < end; ++number) {
    const Steady::time_point begun = Steady::now();
    change(store, caller, number);
    took.push_back(Microseconds(Steady::now() - begun).count());
  }
  return took;
}

// What `callers` threads measured together, in order.
std::vector<double> Times(StateStore& store, std::size_t callers, const Change& change) {
  const Steady::time_point end = Steady::now() + kEach;
  std::vector<std::future<std::vector<double>>> running;
  running.reserve(callers);
  for (std::size_t caller = 0; caller < callers; ++caller) {
    // Names that no measurement before had.
    running.push_back(std::async(std::launch::async, Repeat, std::ref(store),
                                 caller + (callers * 1000), end, std::cref(change)));
  }
  std::vector<double> all;
  for (std::future<std::vector<double>>& one : running) {
    const std::vector<double> took = one.get();
    all.insert(all.end(), took.begin(), took.end());
  }
  std::ranges::sort(all);
  return all;
}

void Measure(const char* what, StateStore& store, std::size_t callers, const Change& change) {
  const std::vector<double> all = Times(store, callers, change);
  std::printf("%-10s %-13s %3zu callers %9.0f a second   p50 %8.0f us   p99 %8.0f us\n",
              std::string(store.Kind()).c_str(), what, callers,
              static_cast<double>(all.size()) / std::chrono::duration<double>(kEach).count(),
              all[all.size() / 2], all[all.size() * 99 / 100]);
}

void MeasureAll(StateStore& store) {
  if (!store.Load().ok()) {
    std::puts("the store does not open");
    return;
  }
  for (const std::size_t callers : {1U, 16U, 128U}) {
    Measure("PutTokenKey", store, callers, PutKey);
    Measure("Claim", store, callers, ClaimToken);
  }
}

void Run(const std::string& directory) {
  const SystemClock clock;
  MemoryStore memory;
  MeasureAll(memory);
  const std::string place = directory + "/store-bench";
  {
    EmbeddedStore embedded({.directory = place + "/state", .key_file = place + "/key", .vfs = ""},
                           clock, nullptr);
    MeasureAll(embedded);
  }
  std::filesystem::remove_all(place);
}

}  // namespace
}  // namespace porthole::state

int main(int argc, char** argv) {
  porthole::state::Run(argc > 1 ? argv[1] : ".");
  return 0;
}
