#include "base/byte_order.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace porthole {
namespace {

TEST(ByteOrder, IsTheNetworksForLoadAndStore) {
  std::array<std::uint8_t, 4> bytes{};

  StoreU32(0x81020304U, bytes);
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{0x81, 0x02, 0x03, 0x04}));
  EXPECT_EQ(LoadU32(bytes), 0x81020304U);

  StoreU16(0xFE01, bytes);
  EXPECT_EQ(bytes[0], 0xFE);
  EXPECT_EQ(bytes[1], 0x01);
  EXPECT_EQ(LoadU16(bytes), 0xFE01);
}

}  // namespace
}  // namespace porthole
