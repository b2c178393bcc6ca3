#include "base/secret.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <utility>

namespace porthole {
namespace {

constexpr std::string_view kShort = "s3cret";
const std::string kLong(200, 'x');

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
static_assert(!Printable<Secret>, "a secret must not slip into a log");
static_assert(!std::convertible_to<Secret, std::string>);
static_assert(!std::convertible_to<std::string, Secret>, "wrapping one must be visible");

TEST(Secret, KeepsItsTextThroughCopiesAndMoves) {
  for (const std::string& text : {std::string(kShort), kLong}) {
    Secret first{text};
    Secret copy = first;
    EXPECT_EQ(first.Reveal(), text);
    EXPECT_EQ(copy.Reveal(), text);

    const Secret moved = std::move(first);
    EXPECT_EQ(moved.Reveal(), text);

    Secret assigned;
    assigned = copy;
    EXPECT_EQ(assigned.Reveal(), text);
    assigned = std::move(copy);
    EXPECT_EQ(assigned.Reveal(), text);
  }
}

TEST(Secret, IsEmptyAfterItWasMovedAway) {
  for (const std::string& text : {std::string(kShort), kLong}) {
    Secret first{text};
    Secret second{"other"};

    second = std::move(first);

    EXPECT_TRUE(first.Empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(second.Reveal(), text);
  }
}

TEST(Secret, SurvivesAssignmentToItself) {
  Secret secret{std::string(kShort)};
  Secret& same = secret;

  secret = same;
  EXPECT_EQ(secret.Reveal(), kShort);
  secret = std::move(same);
  EXPECT_EQ(secret.Reveal(), kShort);
}

TEST(Secret, HoldsBytesThatAreNoText) {
  const std::string bytes("\0\xFF\0k", 4);

  EXPECT_EQ(Secret(bytes).Reveal(), bytes);
}

// Looks at the bytes of a secret that went, in memory that is still ours. A short text lies inside
// the object itself, so nothing here reads freed memory.
class Buried {
 public:
  Buried() { bytes_.fill('\xEE'); }
  void* Place() { return bytes_.data(); }
  bool Holds(std::string_view text) const {
    return std::ranges::search(bytes_, text).begin() != bytes_.end();
  }

 private:
  alignas(Secret) std::array<char, sizeof(Secret)> bytes_{};
};

TEST(Secret, WipesAShortTextWhenItGoes) {
  Buried grave;
  auto* const secret = new (grave.Place()) Secret(std::string(kShort));
  ASSERT_TRUE(grave.Holds(kShort));

  std::destroy_at(secret);

  EXPECT_FALSE(grave.Holds(kShort));
}

TEST(Secret, WipesAShortTextThatWasMovedAway) {
  Buried grave;
  auto* const secret = new (grave.Place()) Secret(std::string(kShort));

  const Secret moved = std::move(*secret);

  EXPECT_FALSE(grave.Holds(kShort));
  EXPECT_EQ(moved.Reveal(), kShort);
  std::destroy_at(secret);
}

TEST(Secret, WipesTheTextThatAnotherOneReplaces) {
  Buried grave;
  auto* const secret = new (grave.Place()) Secret(std::string(kShort));

  *secret = Secret(std::string("x"));

  EXPECT_FALSE(grave.Holds(kShort));
  std::destroy_at(secret);
}

}  // namespace
}  // namespace porthole
