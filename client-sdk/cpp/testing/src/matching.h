#pragma once

#include "fake_state.h"

namespace porthole::client_testing {

// Which sessions a filter or a selector names. Addresses are compared as text.
FakeState::Matches MatchesOf(const v1::SessionFilter& filter);
FakeState::Matches MatchesOf(const v1::SessionSelector& selector);

}  // namespace porthole::client_testing
