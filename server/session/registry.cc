#include "session/registry.h"

#include <algorithm>
#include <utility>

namespace porthole::session {
namespace {

using config::Sharing;
using config::TakeoverBy;

constexpr int kV6SiteBits = 64;

// What per-address limits count: an IPv4 address, or the /64 that an IPv6 address comes from.
std::string AddressKey(const IpAddress& address) {
  return address.IsV4() ? address.ToString() : IpPrefix::Of(address, kV6SiteBits).ToString();
}

Refusal TooMany(std::string sentence, std::string detail) {
  Refusal refusal = Refuse(EndReason::kTooMany, std::move(detail));
  refusal.sentence = std::move(sentence);
  return refusal;
}

std::size_t Count(const std::unordered_map<std::string, std::size_t>& counts,
                  const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void Decrement(std::unordered_map<std::string, std::size_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) {
    counts.erase(found);
  }
}

bool MayReplace(const Description& newcomer, const Record& holder) {
  return newcomer.policy.takeover_by == TakeoverBy::kAny ||
         newcomer.names.subject == holder.Names().subject;
}

bool Live(const Record& holder) {
  return !holder.EndRequested().has_value();
}

}  // namespace

Entry::Entry(SessionRegistry* registry, std::shared_ptr<Record> record)
    : registry_(registry), record_(std::move(record)) {}

Entry::~Entry() {
  if (record_ != nullptr) {
    registry_->Leave(*record_);
  }
}

void Entry::LeaveConsole() {
  registry_->LeaveConsole(*record_);
}

std::optional<Refusal> Entry::TakeOver() {
  return registry_->TakeOver(*record_);
}

SessionRegistry::SessionRegistry(Limits limits) : limits_(limits) {}

Judged<Entry> SessionRegistry::Enter(Description description, std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  if (std::optional<Refusal> refusal = CheckLimits(description)) {
    return *std::move(refusal);
  }
  if (std::optional<Refusal> refusal = CheckSharing(description)) {
    return *std::move(refusal);
  }
  description.sequence = ++last_sequence_;
  const auto record = std::make_shared<Record>(std::move(description), std::move(wake));
  const SessionNames& names = record->Names();
  sessions_.emplace(record->About().sequence, record);
  by_id_.emplace(names.session_id, record);
  by_console_[names.console_id].emplace(record->About().sequence, record);
  ++by_subject_[names.subject];
  ++by_address_[AddressKey(names.client_address)];
  return Judged<Entry>(std::in_place_type<Entry>, this, record);
}

std::optional<Refusal> SessionRegistry::CheckLimits(const Description& description) const {
  const SessionNames& names = description.names;
  if (sessions_.size() >= limits_.sessions) {
    return TooMany("This console server is full. Try again in a moment.",
                   "the node's limit of sessions is reached");
  }
  // Those that a takeover replaces still hold their places, so it may stand beside them.
  const std::size_t beside = description.policy.sharing == Sharing::kTakeover ? 1 : 0;
  const auto console = by_console_.find(names.console_id);
  if (console != by_console_.end() && console->second.size() >= limits_.per_console + beside) {
    return TooMany("Too many people have this console open. Try again later.",
                   "the limit of sessions per console is reached");
  }
  if (Count(by_subject_, names.subject) >= limits_.per_subject + beside) {
    return TooMany("You have too many consoles open. Close one and try again.",
                   "the limit of sessions per subject is reached");
  }
  if (Count(by_address_, AddressKey(names.client_address)) >= limits_.per_address) {
    return TooMany("Too many consoles are open from your network address. Close one and try again.",
                   "the limit of sessions per client address is reached");
  }
  return std::nullopt;
}

std::optional<Refusal> SessionRegistry::CheckSharing(const Description& description) const {
  const auto console = by_console_.find(description.names.console_id);
  if (console == by_console_.end()) {
    return std::nullopt;
  }
  const auto blocks = [&description](const auto& holder) {
    const Record& record = *holder.second;
    switch (description.policy.sharing) {
      case Sharing::kShared:
        return Live(record) && record.About().policy.sharing == Sharing::kExclusive;
      case Sharing::kExclusive:
        return Live(record);
      case Sharing::kTakeover:
        return Live(record) && !MayReplace(description, record);
    }
    return true;
  };
  if (std::ranges::any_of(console->second, blocks)) {
    return Refuse(EndReason::kBusy, "another session holds the console");
  }
  return std::nullopt;
}

std::optional<Refusal> SessionRegistry::TakeOver(const Record& newcomer) {
  std::vector<std::shared_ptr<Record>> replaced;
  {
    const std::lock_guard lock(mutex_);
    const auto console = by_console_.find(newcomer.Names().console_id);
    if (console == by_console_.end()) {
      return std::nullopt;
    }
    for (const auto& [sequence, holder] : console->second) {
      if (sequence >= newcomer.About().sequence || !Live(*holder)) {
        continue;
      }
      if (!MayReplace(newcomer.About(), *holder)) {
        return Refuse(EndReason::kBusy, "another session holds the console");
      }
      replaced.push_back(holder);
    }
  }
  for (const std::shared_ptr<Record>& holder : replaced) {
    holder->RequestEnd({EndReason::kReplaced, std::string(Sentence(EndReason::kReplaced))});
  }
  return std::nullopt;
}

std::vector<std::shared_ptr<Record>> SessionRegistry::Matching(const Selector& selector) const {
  std::vector<std::shared_ptr<Record>> matching;
  const std::lock_guard lock(mutex_);
  if (selector.kind == SelectorKind::kSession) {
    if (const auto found = by_id_.find(selector.value); found != by_id_.end()) {
      matching.push_back(found->second);
    }
    return matching;
  }
  for (const auto& [sequence, record] : sessions_) {
    if (selector.Matches(record->Names())) {
      matching.push_back(record);
    }
  }
  return matching;
}

std::vector<std::shared_ptr<Record>> SessionRegistry::End(const Selector& selector,
                                                          EndReason reason,
                                                          const std::string& sentence) {
  std::vector<std::shared_ptr<Record>> matching = Matching(selector);
  for (const std::shared_ptr<Record>& record : matching) {
    record->RequestEnd({reason, sentence});
  }
  return matching;
}

std::shared_ptr<Record> SessionRegistry::Find(const std::string& session_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_id_.find(session_id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Record>> SessionRegistry::List(std::uint64_t after,
                                                           std::size_t limit) const {
  std::vector<std::shared_ptr<Record>> page;
  const std::lock_guard lock(mutex_);
  for (auto next = sessions_.upper_bound(after); next != sessions_.end() && page.size() < limit;
       ++next) {
    page.push_back(next->second);
  }
  return page;
}

std::size_t SessionRegistry::Size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

Limits SessionRegistry::CurrentLimits() const {
  const std::lock_guard lock(mutex_);
  return limits_;
}

void SessionRegistry::SetLimits(Limits limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
}

void SessionRegistry::LeaveConsole(const Record& record) {
  const std::lock_guard lock(mutex_);
  const SessionNames& names = record.Names();
  const auto console = by_console_.find(names.console_id);
  if (console == by_console_.end() || console->second.erase(record.About().sequence) == 0) {
    return;  // left before
  }
  if (console->second.empty()) {
    by_console_.erase(console);
  }
  Decrement(by_subject_, names.subject);
}

void SessionRegistry::Leave(Record& record) {
  LeaveConsole(record);
  {
    const std::lock_guard lock(mutex_);
    sessions_.erase(record.About().sequence);
    by_id_.erase(record.Names().session_id);
    Decrement(by_address_, AddressKey(record.Names().client_address));
  }
  record.MarkGone();
}

}  // namespace porthole::session
