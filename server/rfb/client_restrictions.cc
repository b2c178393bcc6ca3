#include "rfb/client_messages.h"

#include <utility>

// How restrictions come into force.

namespace porthole::rfb {

absl::Status ClientMessages::Restrict(Restrictions restrictions) {
  if (absl::Status possible = CheckRestrict(restrictions); !possible.ok()) {
    return possible;
  }
  pending_ = restrictions;
  // Where bytes are held, the host has seen nothing of a message whose length is not known yet.
  if (left_ == 0 && (head_size_ == 0 || filtering_)) {
    ApplyPending({}, owed_);  // what Feed() returned last may be on its way: not into passed_
  }
  return absl::OkStatus();
}

absl::Status ClientMessages::CheckRestrict(const Restrictions& restrictions) const {
  if (restrictions.Any() && (raw_ || marker_passed_)) {
    return absl::FailedPreconditionError(
        "the viewer used an extension whose messages cannot be told apart any more");
  }
  if (restrictions.view_only && held_.Overflowed()) {
    return absl::FailedPreconditionError("the viewer held more keys at once than can be let go");
  }
  if (!restrictions.clipboard_from_console && !follow_) {
    return absl::FailedPreconditionError(
        "the console's clipboard can be closed only for sessions that began with it closed");
  }
  return absl::OkStatus();
}

std::vector<std::uint8_t> ClientMessages::TakeOwed() {
  return std::exchange(owed_, {});
}

std::optional<PixelSizes> ClientMessages::TakePixelSizes() {
  return std::exchange(new_sizes_, false) ? std::optional(sizes_) : std::nullopt;
}

// `before`: what of this Feed() was parsed already; it passed if nothing was filtered.
void ClientMessages::ApplyPending(Bytes before, std::vector<std::uint8_t>& out) {
  if (!pending_) {
    return;
  }
  const bool closes = pending_->view_only && !restrictions_.view_only;
  restrictions_ = *pending_;
  pending_.reset();
  if (restrictions_.Any() && !filtering_) {
    filtering_ = true;
    Append(before);
  }
  if (closes) {
    held_.Release(out);
  }
}

bool ClientMessages::Restricting() const {
  return restrictions_.Any() || follow_ || (pending_ && pending_->Any());
}

}  // namespace porthole::rfb
