#include "bridge/buffer_pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <vector>

namespace porthole::bridge {
namespace {

TEST(BufferPool, LendsAgainWhatCameBack) {
  BufferPool pool;
  const std::uint8_t* first = nullptr;
  {
    BufferPool::Loan loan(pool);
    first = loan.Bytes().data();
    EXPECT_EQ(loan.Bytes().size(), BufferPool::kBufferBytes);
  }

  BufferPool::Loan again(pool);
  BufferPool::Loan other(pool);

  EXPECT_EQ(again.Bytes().data(), first);
  EXPECT_NE(other.Bytes().data(), first);
}

TEST(BufferPool, TakesBackMoreThanItKeeps) {
  BufferPool pool;
  std::vector<std::unique_ptr<BufferPool::Loan>> loans;
  std::set<const std::uint8_t*> buffers;
  for (int i = 0; i < 100; ++i) {
    loans.push_back(std::make_unique<BufferPool::Loan>(pool));
    loans.back()->Bytes().front() = 1;
    buffers.insert(loans.back()->Bytes().data());
  }

  EXPECT_EQ(buffers.size(), 100U);
  loans.clear();
  BufferPool::Loan loan(pool);

  EXPECT_TRUE(buffers.contains(loan.Bytes().data()));
}

TEST(BufferPool, LendsSoManyLargeOnesAndThenTheUsual) {
  BufferPool pool;
  std::vector<std::unique_ptr<BufferPool::Loan>> loans;
  const auto lend = [&pool, &loans] {
    loans.push_back(std::make_unique<BufferPool::Loan>(pool, BufferPool::Size::kLarge));
    return loans.back()->Bytes().size();
  };
  for (std::size_t i = 0; i < BufferPool::kMostLarge; ++i) {
    ASSERT_EQ(lend(), BufferPool::kLargeBytes);
  }
  EXPECT_EQ(lend(), BufferPool::kBufferBytes);
  EXPECT_EQ(BufferPool::Loan(pool).Bytes().size(), BufferPool::kBufferBytes);
  loans.pop_back();
  EXPECT_EQ(lend(), BufferPool::kBufferBytes) << "a usual one came back, no large one";
  loans.erase(loans.begin());
  EXPECT_EQ(lend(), BufferPool::kLargeBytes);
}

}  // namespace
}  // namespace porthole::bridge
