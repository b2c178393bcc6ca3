#include "matching.h"

#include <algorithm>

namespace porthole::client_testing {
namespace {

bool Same(const std::string& wanted, const std::string& value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

FakeState::Matches MatchesOf(const v1::SessionFilter& filter) {
  return [filter](const v1::Session& session) {
    const auto& states = filter.states();
    return Same(filter.console_id(), session.console_id()) &&
           Same(filter.subject(), session.subject()) && Same(filter.key_id(), session.key_id()) &&
           Same(filter.token_id(), session.token_id()) &&
           Same(filter.client_address(), session.client_address()) &&
           (states.empty() || std::ranges::find(states, session.state()) != states.end());
  };
}

FakeState::Matches MatchesOf(const v1::SessionSelector& selector) {
  using Case = v1::SessionSelector::SelectorCase;
  return [selector](const v1::Session& session) {
    switch (selector.selector_case()) {
      case Case::kSessionId:
        return selector.session_id() == session.session_id();
      case Case::kConsoleId:
        return selector.console_id() == session.console_id();
      case Case::kSubject:
        return selector.subject() == session.subject();
      case Case::kKeyId:
        return selector.key_id() == session.key_id();
      case Case::kTokenId:
        return selector.token_id() == session.token_id();
      case Case::kClientAddress:
        return selector.client_address() == session.client_address();
      case Case::kAll:
        return selector.all();
      case Case::SELECTOR_NOT_SET:
        break;
    }
    return false;
  };
}

}  // namespace porthole::client_testing
