#include "control/revocation.h"

#include "base/end_reason.h"
#include "control/field.h"
#include "control/selector.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace porthole::control {
namespace {

constexpr std::chrono::seconds kMinBlock{1};
constexpr std::chrono::seconds kMaxBlock = std::chrono::days(366);

}  // namespace

absl::StatusOr<admission::Revocation> ReadRevocation(const v1::RevokeSessionsRequest& request,
                                                     std::string creator,
                                                     std::chrono::seconds token_life) {
  absl::StatusOr<Selector> selector = ReadSelector(request.selector());
  if (!selector.ok()) {
    return selector.status();
  }
  absl::Status reason = CheckShownText("reason", request.reason(), kMaxReasonBytes);
  if (!reason.ok()) {
    return reason;
  }
  admission::Revocation revocation{.selector = *std::move(selector),
                                   .reason = request.reason(),
                                   .creator = std::move(creator),
                                   .block_for = std::nullopt,
                                   .token_life = token_life};
  if (!request.has_block_for()) {
    return revocation;
  }
  if (revocation.selector.kind == SelectorKind::kSession) {
    return BadField("block_for",
                    "a session never comes back; block its console, subject, key or token");
  }
  const absl::StatusOr<std::chrono::seconds> block_for =
      ReadDuration("block_for", request.block_for(), kMinBlock, kMaxBlock);
  if (!block_for.ok()) {
    return block_for.status();
  }
  revocation.block_for = *block_for;
  return revocation;
}

void EndSessions(session::SessionRegistry& sessions,
                 const Selector& selector,
                 const std::string& reason,
                 absl::AnyInvocable<void(Outcome)> done) {
  const std::string sentence = reason.empty() ? std::string(Sentence(EndReason::kRevoked)) : reason;
  const std::vector<std::shared_ptr<session::Record>> told =
      sessions.End(selector, EndReason::kRevoked, sentence);
  WhenGone(told, kEndLimit, std::move(done));
}

}  // namespace porthole::control
