#include "session/live_session.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

// How the policy of a session that lives is changed, and how its viewer is told.

namespace porthole::session {
namespace {

namespace asio = boost::asio;
using Milliseconds = std::chrono::milliseconds;

absl::Status Over(const std::string& session_id) {
  return absl::NotFoundError("the session " + session_id + " has ended");
}

}  // namespace

rfb::Restrictions RestrictionsOf(const admission::PolicyInForce& policy) {
  return {.view_only = policy.view_only,
          .clipboard_to_console = policy.clipboard.to_console,
          .clipboard_from_console = policy.clipboard.from_console};
}

// What others left in the record, and the store's answer.
void LiveSession::OnBell() {
  Ended();
  Announce();
  if (std::shared_ptr<const Announcement> news = entry_->TakeAnnouncement()) {
    announcement_ = std::move(news);
    ++announcements_;
    SendNotice();
  }
  for (PolicyOrder& order : entry_->TakePolicyOrders()) {
    Obey(std::move(order));
  }
}

void LiveSession::Obey(PolicyOrder order) {
  if (end_.has_value()) {
    order.done(Over(entry_->Names().session_id));
    return;
  }
  const admission::PolicyInForce policy = order.change.AppliedTo(policy_);
  const rfb::Restrictions restrictions = RestrictionsOf(policy);
  if (raw_.has_value()) {
    raw_->view_only = policy.view_only;
  } else if (restrictions != RestrictionsOf(policy_)) {
    absl::Status restricted = messages_.Restrict(restrictions);
    if (!restricted.ok()) {
      order.done(std::move(restricted));
      return;
    }
    if (from_host_.has_value()) {
      from_host_->Restrict(restrictions);
    }
  }
  policy_ = policy;
  entry_->SetPolicy(policy);
  waiting_.push_back(std::move(order.done));
  SendNotice();
  Rearm();
  if (messages_.InForce()) {
    OnInForce();
  } else {
    half_message_.Arm(around_.limits.half_message);
  }
}

// The time that has passed already counts.
void LiveSession::Rearm() {
  const SteadyTime::duration lasted = around_.clock.Steady() - started_;
  const auto left = std::chrono::ceil<Milliseconds>(policy_.max_duration - lasted);
  max_duration_.Arm(std::max(left, Milliseconds(0)));
  if (opened_) {
    OnIdleCheck();
  }
}

// What was asked for so far is in force. The host's part of it is on its way: answers wait for no
// host that does not read.
void LiveSession::OnInForce() {
  half_message_.Disarm();
  if (opened_ && !end_.has_value() && !sending_owed_) {
    sending_owed_ = true;
    asio::co_spawn(loop_, bridge::SendOwed(*parts_), [this](const std::exception_ptr& bug) {
      sending_owed_ = false;
      OnBug(bug);
      Announce();
    });
  }
  for (PolicyDone& done : std::exchange(waiting_, {})) {
    done(absl::OkStatus());
  }
}

// Nobody is left to change anything for.
void LiveSession::DropPolicyOrders() {
  half_message_.Disarm();
  for (PolicyDone& done : std::exchange(waiting_, {})) {
    done(Over(entry_->Names().session_id));
  }
  for (PolicyOrder& order : entry_->TakePolicyOrders()) {
    order.done(Over(entry_->Names().session_id));
  }
}

void LiveSession::SendNotice() {
  if (entry_->About().reads_text && !end_.has_value()) {
    viewer_.SendText(
        ViewerNotice(policy_, announcement_.get(), announcements_, raw_.has_value() && opened_));
  }
}

}  // namespace porthole::session
