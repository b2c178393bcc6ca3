#include "control/selector.h"

#include "admission/blocks.h"
#include "base/ip_address.h"
#include "base/status.h"
#include "control/field.h"

#include <string>
#include <utility>

namespace porthole::control {
namespace {

using Case = v1::SessionSelector::SelectorCase;

absl::StatusOr<Selector> Named(SelectorKind kind, const char* field, const std::string& value) {
  Selector selector{.kind = kind, .value = value, .addresses = {}};
  const absl::Status complete = admission::CheckSelector(selector);
  if (!complete.ok()) {
    return BadField(std::string("selector.") + field, Message(complete));
  }
  return selector;
}

absl::StatusOr<Selector> FromAddress(const std::string& text) {
  const absl::StatusOr<IpPrefix> prefix = IpPrefix::Parse(text);
  if (!prefix.ok()) {
    return BadField("selector.client_address", Message(prefix.status()));
  }
  return Selector{.kind = SelectorKind::kClientAddress, .value = {}, .addresses = *prefix};
}

}  // namespace

absl::StatusOr<Selector> ReadSelector(const v1::SessionSelector& selector) {
  switch (selector.selector_case()) {
    case Case::kSessionId:
      return Named(SelectorKind::kSession, "session_id", selector.session_id());
    case Case::kConsoleId:
      return Named(SelectorKind::kConsole, "console_id", selector.console_id());
    case Case::kSubject:
      return Named(SelectorKind::kSubject, "subject", selector.subject());
    case Case::kKeyId:
      return Named(SelectorKind::kKey, "key_id", selector.key_id());
    case Case::kTokenId:
      return Named(SelectorKind::kToken, "token_id", selector.token_id());
    case Case::kClientAddress:
      return FromAddress(selector.client_address());
    case Case::kAll:
      if (!selector.all()) {
        return BadField("selector.all", "must be true where it is set");
      }
      return Selector{.kind = SelectorKind::kAll, .value = {}, .addresses = {}};
    case Case::SELECTOR_NOT_SET:
      break;
  }
  return BadField("selector", "exactly one of its fields must be set");
}

v1::SessionSelector ToProto(const Selector& selector) {
  v1::SessionSelector proto;
  switch (selector.kind) {
    case SelectorKind::kSession:
      proto.set_session_id(selector.value);
      break;
    case SelectorKind::kConsole:
      proto.set_console_id(selector.value);
      break;
    case SelectorKind::kSubject:
      proto.set_subject(selector.value);
      break;
    case SelectorKind::kKey:
      proto.set_key_id(selector.value);
      break;
    case SelectorKind::kToken:
      proto.set_token_id(selector.value);
      break;
    case SelectorKind::kClientAddress:
      proto.set_client_address(selector.addresses.ToString());
      break;
    case SelectorKind::kAll:
      proto.set_all(true);
      break;
  }
  return proto;
}

}  // namespace porthole::control
