#include "admission/address_budget.h"

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace porthole::admission {
namespace {

constexpr int kIpv6CountedBits = 64;

IpAddress CountedAs(const IpAddress& client) {
  return client.IsV4() ? client : IpPrefix::Of(client, kIpv6CountedBits).Address();
}

}  // namespace

AddressBudget::Ticket::Ticket(Ticket&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), key_(other.key_) {}

AddressBudget::Ticket& AddressBudget::Ticket::operator=(Ticket&& other) noexcept {
  if (this != &other) {
    GiveBack();
    budget_ = std::exchange(other.budget_, nullptr);
    key_ = other.key_;
  }
  return *this;
}

AddressBudget::Ticket::~Ticket() {
  GiveBack();
}

void AddressBudget::Ticket::GiveBack() {
  if (budget_ != nullptr) {
    budget_->Leave(key_);
  }
}

AddressBudget::AddressBudget(const AddressLimits& limits, const Clock& clock)
    : clock_(clock), limits_(limits) {}

void AddressBudget::SetLimits(const AddressLimits& limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

std::optional<AddressBudget::Ticket> AddressBudget::Connect(const IpAddress& client) {
  const IpAddress key = CountedAs(client);
  const std::lock_guard lock(mutex_);
  Entry* const entry = Enter(key);
  if (entry == nullptr || entry->connections >= limits_.connections) {
    return std::nullopt;
  }
  if (entry->connections == 0) {
    idle_.erase(entry->idle);
  }
  ++entry->connections;
  return Ticket(*this, key);
}

std::optional<AddressBudget::Spent> AddressBudget::Attempt(const IpAddress& client) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = Enter(CountedAs(client));
  if (entry == nullptr) {
    return Spent{.retry_after = std::chrono::seconds(1), .first = !std::exchange(full_, true)};
  }
  full_ = false;
  if (entry->attempts >= 1) {
    entry->attempts -= 1;
    entry->spent = false;
    return std::nullopt;
  }
  const auto wait = static_cast<std::int64_t>(std::ceil((1 - entry->attempts) / PerSecond()));
  return Spent{.retry_after = std::chrono::seconds(std::max(std::int64_t{1}, wait)),
               .first = !std::exchange(entry->spent, true)};
}

std::size_t AddressBudget::Size() const {
  const std::lock_guard lock(mutex_);
  return table_.size();
}

double AddressBudget::PerSecond() const {
  return static_cast<double>(std::max<std::size_t>(limits_.attempts_per_minute, 1)) / 60;
}

double AddressBudget::AttemptsNow(const Entry& entry, SteadyTime now) const {
  const std::chrono::duration<double> passed = now - entry.counted;
  return std::min(static_cast<double>(limits_.attempts_burst),
                  entry.attempts + (passed.count() * PerSecond()));
}

// The entry of `key`, counted up to now and the last to be forgotten; null when there is no room.
AddressBudget::Entry* AddressBudget::Enter(const IpAddress& key) {
  const SteadyTime now = clock_.Steady();
  ForgetRested(now);
  auto found = table_.find(key);
  if (found == table_.end()) {
    if (table_.size() >= limits_.addresses && !ForgetLongestIdle()) {
      return nullptr;
    }
    found = table_.try_emplace(key).first;
    found->second.attempts = static_cast<double>(limits_.attempts_burst);
    found->second.idle = idle_.insert(idle_.end(), key);
  } else if (found->second.connections == 0) {
    idle_.splice(idle_.end(), idle_, found->second.idle);
  }
  Entry& entry = found->second;
  entry.attempts = AttemptsNow(entry, now);
  entry.counted = now;
  return &entry;
}

void AddressBudget::Leave(const IpAddress& key) {
  const std::lock_guard lock(mutex_);
  Entry& entry = table_.at(key);
  --entry.connections;
  if (entry.connections == 0) {
    entry.idle = idle_.insert(idle_.end(), key);
  }
}

bool AddressBudget::ForgetLongestIdle() {
  if (idle_.empty()) {
    return false;
  }
  table_.erase(idle_.front());
  idle_.pop_front();
  return true;
}

// An address with no connection and all its attempts back is as good as unknown. Two a call keep
// the table from growing without making any call long.
void AddressBudget::ForgetRested(SteadyTime now) {
  for (int i = 0; i < 2 && !idle_.empty(); ++i) {
    const Entry& entry = table_.at(idle_.front());
    if (AttemptsNow(entry, now) < static_cast<double>(limits_.attempts_burst)) {
      return;
    }
    ForgetLongestIdle();
  }
}

std::size_t AddressBudget::KeyHash::operator()(const IpAddress& key) const {
  const auto& bytes = key.Bytes();
  return absl::HashOf(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace porthole::admission
