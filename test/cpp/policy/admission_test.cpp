#include "policy/admission.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "model/config.hpp"

namespace escher {
namespace {

using Decision = Admission::Decision;
using Ticket = Admission::Ticket;

// Releases permits until the queue is empty; returns the order in which they were acquired.
std::vector<Ticket> drained(Admission& admission) {
  std::vector<Ticket> order;
  while (const auto ticket = admission.release(0)) order.push_back(*ticket);
  return order;
}

TEST(Admission, RunsUpToTheLimitAndRejectsOverIt) {
  Admission admission({2, 0});
  EXPECT_EQ(admission.submit(1, 0), Decision::run);
  EXPECT_EQ(admission.submit(2, 0), Decision::run);
  EXPECT_EQ(admission.submit(3, 0), Decision::reject);
  EXPECT_EQ(admission.running(), 2U);
  EXPECT_EQ(admission.queued(), 0U);
}

TEST(Admission, ReleasedPermitCanBeAcquiredAgain) {
  Admission admission({1, 0});
  admission.submit(1, 0);
  EXPECT_EQ(admission.release(0), std::nullopt);
  EXPECT_EQ(admission.running(), 0U);
  EXPECT_EQ(admission.submit(2, 0), Decision::run);
}

TEST(Admission, QueueRejectsOverItsLimit) {
  Admission admission({1, 2});
  EXPECT_EQ(admission.submit(1, 0), Decision::run);
  EXPECT_EQ(admission.submit(2, 0), Decision::wait);
  EXPECT_EQ(admission.submit(3, 0), Decision::wait);
  EXPECT_EQ(admission.submit(4, 9), Decision::reject);
  EXPECT_EQ(admission.queued(), 2U);
}

TEST(Admission, ReleasePassesThePermitToTheFirstInTheQueue) {
  Admission admission({1, 10});
  for (Ticket ticket = 1; ticket <= 4; ++ticket) admission.submit(ticket, 0);
  EXPECT_EQ(admission.release(0), Ticket{2});
  EXPECT_EQ(admission.running(), 1U);
  EXPECT_EQ(drained(admission), (std::vector<Ticket>{3, 4}));
  EXPECT_EQ(admission.running(), 0U);
}

TEST(Admission, OrdersByPriorityThenByArrival) {
  Admission admission({1, 10});
  admission.submit(0, 0);
  admission.submit(1, 0);
  admission.submit(2, 5);
  admission.submit(3, -1.5);
  admission.submit(4, 5);
  admission.submit(5, -0.0);
  EXPECT_EQ(drained(admission), (std::vector<Ticket>{2, 4, 1, 5, 3}));
}

TEST(Admission, AcceptsInfinitePrioritiesAndTreatsNaNAsZero) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  Admission admission({1, 10});
  admission.submit(0, 0);
  admission.submit(1, -kInfinity);
  admission.submit(2, std::nan(""));
  admission.submit(3, 0);
  admission.submit(4, kInfinity);
  admission.submit(5, 1);
  EXPECT_EQ(drained(admission), (std::vector<Ticket>{4, 5, 2, 3, 1}));
}

TEST(Admission, WithdrawnTicketLeavesTheQueue) {
  Admission admission({1, 2});
  admission.submit(1, 0);
  admission.submit(2, 0);
  admission.submit(3, 0);
  EXPECT_TRUE(admission.withdraw(2));
  EXPECT_FALSE(admission.withdraw(2));
  EXPECT_EQ(admission.queued(), 1U);
  EXPECT_EQ(admission.submit(4, 0), Decision::wait);
  EXPECT_EQ(drained(admission), (std::vector<Ticket>{3, 4}));
}

TEST(Admission, OnlyQueuedTicketsCanBeWithdrawn) {
  Admission admission({1, 2});
  admission.submit(1, 0);
  admission.submit(2, 0);
  EXPECT_FALSE(admission.withdraw(1));
  EXPECT_FALSE(admission.withdraw(99));
  admission.release(0);
  EXPECT_FALSE(admission.withdraw(2));
  EXPECT_EQ(admission.running(), 1U);
}

TEST(Admission, UnlimitedQueueKeepsTheOrderOfAHundredThousand) {
  constexpr unsigned kSeed = 11;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  constexpr std::size_t kCount = 100'000;
  std::mt19937 random(kSeed);
  std::uniform_int_distribution<int> priorities(-3, 3);
  std::uniform_int_distribution<int> dice(0, 9);

  Admission admission({1, kUnlimited});
  admission.submit(kCount, 0);
  std::vector<std::pair<int, Ticket>> expected;
  for (Ticket ticket = 0; ticket < kCount; ++ticket) {
    const int priority = priorities(random);
    ASSERT_EQ(admission.submit(ticket, priority), Decision::wait);
    if (dice(random) == 0) {
      ASSERT_TRUE(admission.withdraw(ticket));
    } else {
      expected.emplace_back(-priority, ticket);
    }
  }
  EXPECT_EQ(admission.queued(), expected.size());
  std::sort(expected.begin(), expected.end());

  const std::vector<Ticket> order = drained(admission);
  ASSERT_EQ(order.size(), expected.size());
  for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], expected[i].second) << i;
}

}  // namespace
}  // namespace escher
