#include "policy/limit_mark.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace escher::test {
namespace {

using limit_mark::Limits;

constexpr std::uint64_t kInfinity = std::numeric_limits<std::uint64_t>::max();
constexpr Limits kUnlimited{kInfinity, kInfinity};
constexpr limit_mark::Numbers kNumbers{0x00ab'cdef'0123'4567, 0x0012'3456'789a'bcde};

TEST(LimitMark, NamesTheExecutionToItsEngineOnly) {
  const auto limits = limit_mark::mark(kNumbers, kUnlimited);
  EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine), kNumbers.execution);
  EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine + 1), 0U);
}

TEST(LimitMark, GivesALowerLimitToANestedEngine) {
  Limits host = kUnlimited;
  int levels = 0;
  for (Limits limits; (limits = limit_mark::mark(kNumbers, host)).hard != 0;) {
    EXPECT_LE(limits.hard, host.hard);
    EXPECT_LE(limits.soft, limits.hard);
    EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine), kNumbers.execution);
    host = {limits.soft, limits.hard - 1};
    ++levels;
  }
  EXPECT_EQ(levels, limit_mark::kHighestLevel - limit_mark::kLowestLevel + 1);
}

TEST(LimitMark, IsAboveEveryTimeThatAProcessReaches) {
  constexpr std::uint64_t kThousandYears = 1000ULL * 365 * 24 * 3600 * 1'000'000;
  EXPECT_GT(limit_mark::mark({1, 1}, kUnlimited).soft, kThousandYears);
  EXPECT_GT(limit_mark::without_mark(limit_mark::mark({1, 1}, kUnlimited)).soft, kThousandYears);
  EXPECT_EQ(limit_mark::mark(kNumbers, {200'000, 200'000}).hard, 0U);
}

TEST(LimitMark, KeepsASoftLimitThatHasAPurpose) {
  const auto limits = limit_mark::mark(kNumbers, {200'000, kInfinity});
  EXPECT_EQ(limits.soft, 200'000U);
  EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine), limit_mark::kUnknownExecution);
}

TEST(LimitMark, NamesTheEngineWithoutTheSoftLimit) {
  auto limits = limit_mark::mark(kNumbers, kUnlimited);
  for (const std::uint64_t soft :
       {std::uint64_t{0}, std::uint64_t{200'000}, limit_mark::kExecutionBit, limits.hard}) {
    limits.soft = soft;
    EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine), limit_mark::kUnknownExecution);
    EXPECT_EQ(limit_mark::execution_in(limits, kNumbers.engine + 1), 0U);
  }
}

TEST(LimitMark, IgnoresOtherLimits) {
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{200'000}, kInfinity,
                                    kInfinity - 1, std::uint64_t{1} << 63}) {
    EXPECT_EQ(limit_mark::execution_in({limit, limit}, kNumbers.engine), 0U) << limit;
    EXPECT_EQ(limit_mark::execution_in({limit, limit}, 0), 0U) << limit;
    EXPECT_EQ(limit_mark::without_mark({limit, limit}).hard, 0U) << limit;
  }
}

TEST(LimitMark, LowerLimitsHaveNone) {
  const auto lower = limit_mark::without_mark(limit_mark::mark(kNumbers, kUnlimited));
  EXPECT_GT(lower.hard, 0U);
  EXPECT_LE(lower.soft, lower.hard);
  EXPECT_FALSE(limit_mark::is_mark(lower.hard));
}

TEST(LimitMark, NumbersHaveTheirBitsAndAreNotZero) {
  for (const char* text : {"", "a", "engine/", "another"}) {
    const auto number = limit_mark::number_of(text);
    EXPECT_GT(number, 0U);
    EXPECT_LE(number, limit_mark::kMask);
  }
}

}  // namespace
}  // namespace escher::test
