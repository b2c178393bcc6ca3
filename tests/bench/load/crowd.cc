#include "tests/bench/load/crowd.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unistd.h>

namespace porthole::bench {
namespace {

constexpr std::size_t kScratchBytes = 262144;
constexpr std::chrono::milliseconds kPatience(100);
constexpr std::chrono::seconds kOpeningTime(120);

}  // namespace

Crowd::Crowd(Guests guests) : guests_(std::move(guests)), scratch_(kScratchBytes) {
  poller_.Watch(STDIN_FILENO, EPOLLIN, nullptr);
}

std::string Crowd::TakeToken() {
  if (!guests_.needs_tokens) {
    return {};
  }
  if (guests_.tokens.empty()) {
    throw std::runtime_error("the tokens are used up");
  }
  std::string token = std::move(guests_.tokens.front());
  guests_.tokens.pop_front();
  return token;
}

void Crowd::Start(std::size_t slot) {
  while (viewers_.size() <= slot) {
    viewers_.push_back(Slot{.number = viewers_.size(), .viewer = nullptr});
  }
  Slot& place = viewers_[slot];
  const auto source = static_cast<std::uint8_t>(1 + (started_++ % guests_.sources));
  place.viewer = std::make_unique<Viewer>(guests_.manner, source, TakeToken());
  place.counted = false;
  place.watched = place.viewer->Events();
  poller_.Watch(place.viewer->Socket(), place.watched, &place);
  place.watching = true;
}

void Crowd::OnAdvance(std::function<void(std::size_t, Viewer&)> callback) {
  on_advance_ = std::move(callback);
}

void Crowd::CountLoss(Slot& slot) {
  if (!slot.viewer->Complaint().empty() && !slot.counted) {
    slot.counted = true;
    ++lost_;
    last_loss_ = Clock::now();
    if (complaint_.empty()) {
      complaint_ = slot.viewer->Complaint();
    }
  }
}

void Crowd::SettleSlot(Slot& slot) {
  if (slot.viewer->At() == Viewer::Stage::kGone) {
    CountLoss(slot);
    if (slot.watching) {
      poller_.Forget(slot.viewer->Socket());
      slot.watching = false;
    }
    return;
  }
  const std::uint32_t wanted = slot.viewer->Events();
  if (wanted != slot.watched) {
    poller_.Change(slot.viewer->Socket(), wanted, &slot);
    slot.watched = wanted;
  }
}

void Crowd::Settle(std::size_t slot) {
  SettleSlot(viewers_.at(slot));
}

void Crowd::Turn(std::chrono::nanoseconds most) {
  for (const epoll_event& event : poller_.Wait(most)) {
    if (event.data.ptr == nullptr) {
      TakeCommands();
      continue;
    }
    Slot& slot = *static_cast<Slot*>(event.data.ptr);
    slot.viewer->Advance(event.events, scratch_);
    SettleSlot(slot);
    if (on_advance_) {
      on_advance_(slot.number, *slot.viewer);
    }
  }
}

void Crowd::TakeCommands() {
  std::array<char, 256> bytes = {};
  const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count <= 0) {
    over_ = true;
    poller_.Forget(STDIN_FILENO);
    return;
  }
  typed_.append(bytes.data(), static_cast<std::size_t>(count));
  for (std::size_t end = typed_.find('\n'); end != std::string::npos; end = typed_.find('\n')) {
    if (typed_.substr(0, end) != "go") {
      throw std::runtime_error("the only command is go, not '" + typed_.substr(0, end) + "'");
    }
    ++goes_;
    typed_.erase(0, end + 1);
  }
}

bool Crowd::AwaitGo() {
  while (goes_ == 0 && !over_) {
    Turn(kPatience);
  }
  if (goes_ == 0) {
    return false;
  }
  --goes_;
  return true;
}

void Crowd::Open(std::size_t count, std::size_t parallel) {
  const Clock::time_point deadline = Clock::now() + kOpeningTime;
  std::size_t started = 0;
  std::size_t opened = 0;
  OnAdvance([&opened, live = std::vector<bool>(count)](std::size_t slot, Viewer& viewer) mutable {
    if (viewer.Opened() && !live[slot]) {
      live[slot] = true;
      ++opened;
    }
  });
  while (opened < count) {
    while (started < count && started - opened < parallel) {
      Start(started++);
    }
    Turn(kPatience);
    if (lost_ > 0) {
      throw std::runtime_error("a viewer did not come in: " + complaint_);
    }
    if (Clock::now() > deadline) {
      throw std::runtime_error("only " + std::to_string(opened) + " viewers came in in time");
    }
  }
  OnAdvance(nullptr);
}

void Crowd::PauseAll(bool paused) {
  for (Slot& slot : viewers_) {
    slot.viewer->Pause(paused);
    SettleSlot(slot);
  }
}

void Crowd::ReadSome(std::size_t slot, std::size_t most) {
  Slot& place = viewers_.at(slot);
  place.viewer->Read(std::span(scratch_).first(std::min(most, scratch_.size())));
  SettleSlot(place);
}

std::uint64_t Crowd::Received() const {
  std::uint64_t total = 0;
  for (const Slot& slot : viewers_) {
    total += slot.viewer->Received();
  }
  return total;
}

}  // namespace porthole::bench
