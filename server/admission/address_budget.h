#pragma once

#include "base/clock.h"
#include "base/ip_address.h"

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>

namespace porthole::admission {

// What one client address may do; IPv6 counts by /64 (design, section 5, step 1).
struct AddressLimits {
  std::size_t connections = 512;
  std::size_t attempts_burst = 120;
  std::size_t attempts_per_minute = 600;
  std::size_t addresses = 65'536;  // how many are remembered at once
};

// Counts connections and admission attempts of each client address, in a table of bounded size: the
// address that was idle longest is forgotten first. Thread-safe.
class AddressBudget {
 public:
  // One connection's place; gives it back when it goes. Must not outlive its budget.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&& other) noexcept;
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();

   private:
    friend class AddressBudget;
    Ticket(AddressBudget& budget, const IpAddress& key) : budget_(&budget), key_(key) {}
    void GiveBack();

    AddressBudget* budget_;
    IpAddress key_;
  };

  // `clock` outlives the budget.
  AddressBudget(const AddressLimits& limits, const Clock& clock);
  AddressBudget(const AddressBudget&) = delete;
  AddressBudget& operator=(const AddressBudget&) = delete;

  // A place for one more connection of `client`, or nothing.
  std::optional<Ticket> Connect(const IpAddress& client);

  // No attempt is left.
  struct Spent {
    std::chrono::seconds retry_after;  // until the next one (for `Retry-After`): at least 1
    bool first;  // since an attempt of this address was let through: the one worth a record
  };

  // Spends one admission attempt of `client` and returns nothing, or says that none is left.
  std::optional<Spent> Attempt(const IpAddress& client);

  // Counts from now on; what is open stays.
  void SetLimits(const AddressLimits& limits);

  // How many addresses are remembered.
  std::size_t Size() const;

 private:
  struct KeyHash {
    std::size_t operator()(const IpAddress& key) const;
  };
  struct Entry {
    std::size_t connections = 0;
    double attempts = 0;  // left, at `counted`
    SteadyTime counted;
    bool spent = false;                   // its last attempt was refused
    std::list<IpAddress>::iterator idle;  // in idle_, while it has no connection
  };
  using Table = absl::flat_hash_map<IpAddress, Entry, KeyHash>;

  Entry* Enter(const IpAddress& key);
  void Leave(const IpAddress& key);
  bool ForgetLongestIdle();
  void ForgetRested(SteadyTime now);
  double PerSecond() const;
  double AttemptsNow(const Entry& entry, SteadyTime now) const;

  const Clock& clock_;
  mutable std::mutex mutex_;  // guards all below
  AddressLimits limits_;
  Table table_;
  std::list<IpAddress> idle_;  // without a connection; longest unused first
  bool full_ = false;          // the last address had no place in the table
};

}  // namespace porthole::admission
