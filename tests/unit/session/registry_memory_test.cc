#include "session/registry.h"
#include "tests/unit/session/describe.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace porthole::session {
namespace {

// How many allocations of this thread succeed before one fails; negative: all do.
thread_local int allocations_left = -1;

}  // namespace
}  // namespace porthole::session

void* operator new(std::size_t size) {
  int& left = porthole::session::allocations_left;
  if (left == 0) {
    throw std::bad_alloc();
  }
  if (left > 0) {
    --left;
  }
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace porthole::session {
namespace {

bool Enters(SessionRegistry& registry, int allocations) {
  Description description =
      Describe({.id = "an id that is too long to be stored without an allocation",
                .console = "a console that is too long to be stored without an allocation",
                .subject = "a subject that is too long to be stored without an allocation",
                .address = *IpAddress::Parse("2001:db8:1234:5678:9abc:def0:1234:5678")});
  std::function<void()> wake = [] {};
  allocations_left = allocations;
  try {
    const Judged<Entry> entered = registry.Enter(std::move(description), std::move(wake));
    allocations_left = -1;
    EXPECT_TRUE(std::holds_alternative<Entry>(entered));
    EXPECT_EQ(registry.Size(), 1U);
    return true;
  } catch (const std::bad_alloc&) {
    allocations_left = -1;
    return false;
  }
}

TEST(RegistryMemory, EveryAllocationThatFailsLeavesNothingTaken) {
  SessionRegistry registry({.sessions = 1, .per_console = 1, .per_subject = 1, .per_address = 1});
  int allocations = 0;
  while (!Enters(registry, allocations)) {
    ++allocations;
    ASSERT_EQ(registry.Size(), 0U) << allocations;
    ASSERT_TRUE(registry.List(0, 10).empty());
    ASSERT_TRUE(Enters(registry, -1)) << allocations;
    ASSERT_EQ(registry.Size(), 0U);
  }
  EXPECT_GE(allocations, 5);
}

}  // namespace
}  // namespace porthole::session
