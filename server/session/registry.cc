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

// Tokens that name nobody may be of anybody.
bool MayReplace(const Description& newcomer, const Record& holder) {
  const std::string& subject = newcomer.names.subject;
  return newcomer.policy.takeover_by == TakeoverBy::kAny ||
         (!subject.empty() && subject == holder.Names().subject);
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

Judged<std::vector<std::shared_ptr<Record>>> Entry::TakeOver() {
  return registry_->TakeOver(*record_);
}

SessionRegistry::SessionRegistry(Limits limits, std::size_t events)
    : events_(events), limits_(limits) {}

Judged<Entry> SessionRegistry::Enter(Description description, std::function<void()> wake) {
  std::optional<Entry> entry;  // before the lock: should Place() throw, it takes that lock to leave
  const std::lock_guard lock(mutex_);
  if (std::optional<Refusal> refusal = CheckLimits(description)) {
    return *std::move(refusal);
  }
  if (std::optional<Refusal> refusal = CheckSharing(description)) {
    return *std::move(refusal);
  }
  description.sequence = ++last_sequence_;
  const auto record = std::make_shared<Record>(std::move(description), std::move(wake), events_);
  entry.emplace(this, record);
  Place(record);
  record->Note(EventKind::kOpened, [] {});
  record->opened_ = true;
  return Judged<Entry>(std::in_place_type<Entry>, *std::move(entry));
}

// Nothing is counted before everything that allocates has succeeded.
void SessionRegistry::Place(const std::shared_ptr<Record>& record) {
  const SessionNames& names = record->Names();
  const std::uint64_t sequence = record->About().sequence;
  std::size_t& of_subject = by_subject_[names.subject];
  std::size_t& of_address = by_address_[AddressKey(names.client_address)];
  Holders& holders = by_console_[names.console_id];
  by_id_.emplace(names.session_id, record);
  sessions_.emplace(sequence, record);
  holders.emplace(sequence, record);
  ++of_subject;
  ++of_address;
  record->holds_console_ = true;
  record->holds_address_ = true;
}

std::optional<Refusal> SessionRegistry::CheckLimits(const Description& description) const {
  if (sessions_.size() >= limits_.sessions) {
    return TooMany("This console server is full. Try again in a moment.",
                   "the node's limit of sessions is reached");
  }
  return CheckCounts(description);
}

// Those that a takeover replaces still hold their places: where one of them does, the newcomer may
// stand beside it.
std::optional<Refusal> SessionRegistry::CheckCounts(const Description& description) const {
  const SessionNames& names = description.names;
  const auto beside = [&](const std::function<bool(const Record&)>& matches) {
    return static_cast<std::size_t>(Replaces(description, matches));
  };
  const auto console = by_console_.find(names.console_id);
  const std::size_t on_console = console == by_console_.end() ? 0 : console->second.size();
  if (on_console >= limits_.per_console + beside([](const Record&) { return true; })) {
    return TooMany("Too many people have this console open. Try again later.",
                   "the limit of sessions per console is reached");
  }
  const auto same_subject = [&names](const Record& holder) {
    return holder.Names().subject == names.subject;
  };
  if (!names.subject.empty() &&
      Count(by_subject_, names.subject) >= limits_.per_subject + beside(same_subject)) {
    return TooMany("You have too many consoles open. Close one and try again.",
                   "the limit of sessions per subject is reached");
  }
  const std::string address = AddressKey(names.client_address);
  const auto same_address = [&address](const Record& holder) {
    return AddressKey(holder.Names().client_address) == address;
  };
  if (Count(by_address_, address) >= limits_.per_address + beside(same_address)) {
    return TooMany("Too many consoles are open from your network address. Close one and try again.",
                   "the limit of sessions per client address is reached");
  }
  return std::nullopt;
}

bool SessionRegistry::Replaces(const Description& newcomer,
                               const std::function<bool(const Record&)>& matches) const {
  const auto console = by_console_.find(newcomer.names.console_id);
  return newcomer.policy.sharing == Sharing::kTakeover && console != by_console_.end() &&
         std::ranges::any_of(console->second,
                             [&](const auto& holder) { return matches(*holder.second); });
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

Judged<std::vector<std::shared_ptr<Record>>> SessionRegistry::TakeOver(const Record& newcomer) {
  Judged<std::vector<std::shared_ptr<Record>>> judged = Predecessors(newcomer);
  if (const auto* const predecessors = std::get_if<std::vector<std::shared_ptr<Record>>>(&judged)) {
    for (const std::shared_ptr<Record>& holder : *predecessors) {
      holder->RequestEnd({EndReason::kReplaced, std::string(Sentence(EndReason::kReplaced))});
    }
  }
  return judged;
}

Judged<std::vector<std::shared_ptr<Record>>> SessionRegistry::Predecessors(
    const Record& newcomer) const {
  std::vector<std::shared_ptr<Record>> predecessors;
  const std::lock_guard lock(mutex_);
  const auto console = by_console_.find(newcomer.Names().console_id);
  if (console == by_console_.end() || !Live(newcomer)) {
    return predecessors;
  }
  for (const auto& [sequence, holder] : console->second) {
    if (sequence >= newcomer.About().sequence) {
      break;
    }
    if (Live(*holder) && !MayReplace(newcomer.About(), *holder)) {
      return Refuse(EndReason::kBusy, "another session holds the console");
    }
    predecessors.push_back(holder);
  }
  return predecessors;
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

Announced SessionRegistry::Announce(const Selector& selector, const Announcement& announcement) {
  const auto shared = std::make_shared<const Announcement>(announcement);
  Announced announced;
  for (const std::shared_ptr<Record>& record : Matching(selector)) {
    if (record->Announce(shared)) {
      ++announced.sent;
    } else if (Live(*record)) {
      ++announced.unsupported;
    }
  }
  return announced;
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

void SessionRegistry::LeaveConsole(Record& record) {
  {
    const std::lock_guard lock(mutex_);
    const SessionNames& names = record.Names();
    if (!std::exchange(record.holds_console_, false)) {
      return;  // left before
    }
    const auto console = by_console_.find(names.console_id);
    console->second.erase(record.About().sequence);
    if (console->second.empty()) {
      by_console_.erase(console);
    }
    Decrement(by_subject_, names.subject);
  }
  record.Reach(record.left_console_);
}

void SessionRegistry::Leave(Record& record) {
  LeaveConsole(record);
  bool opened = false;
  {
    const std::lock_guard lock(mutex_);
    opened = record.opened_;
    sessions_.erase(record.About().sequence);
    by_id_.erase(record.Names().session_id);
    if (std::exchange(record.holds_address_, false)) {
      Decrement(by_address_, AddressKey(record.Names().client_address));
    }
  }
  if (opened) {  // after it has left: no list that knows of this event still has the session
    record.Note(EventKind::kEnded, [&record] { record.state_ = State::kEnded; });
  }
  record.Reach(record.gone_);
}

}  // namespace porthole::session
