// The limits of keys, and limits that change while executions run.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "policy/admission.hpp"

namespace escher {
namespace {

using Decision = Admission::Decision;
using Ticket = Admission::Ticket;
using Tickets = Admission::Tickets;

Admission two_per_key(std::size_t running = 10, std::size_t queued = 100) {
  return Admission({running, queued, 2, {{"one", 1}}});
}

TEST(AdmissionKeys, RunsUpToTheLimitOfTheKey) {
  auto admission = two_per_key();
  EXPECT_EQ(admission.submit(1, 0, "a"), Decision::run);
  EXPECT_EQ(admission.submit(2, 0, "a"), Decision::run);
  EXPECT_EQ(admission.submit(3, 0, "a"), Decision::wait);
  EXPECT_EQ(admission.submit(4, 0, "one"), Decision::run);
  EXPECT_EQ(admission.submit(5, 0, "one"), Decision::wait);
  EXPECT_EQ(admission.running_of("a"), 2U);
  EXPECT_EQ(admission.release(4), Ticket{5});
  EXPECT_EQ(admission.release(1), Ticket{3});
}

TEST(AdmissionKeys, TicketThatWaitsForItsKeyHoldsUpNoOther) {
  auto admission = two_per_key(3);
  admission.submit(1, 0, "one");
  EXPECT_EQ(admission.submit(2, 9, "one"), Decision::wait);
  EXPECT_EQ(admission.submit(3, 0, "a"), Decision::run);
  EXPECT_EQ(admission.submit(4, 0), Decision::run);
  EXPECT_EQ(admission.submit(5, 0), Decision::wait);
  // The place of the key is taken still.
  EXPECT_EQ(admission.release(3), Ticket{5});
  EXPECT_EQ(admission.release(1), Ticket{2});
}

TEST(AdmissionKeys, OrdersWithinAKeyByPriorityThenByArrival) {
  auto admission = two_per_key();
  admission.submit(1, 0, "one");
  for (const auto& [ticket, priority] : std::map<Ticket, double>{{2, 0}, {3, 5}, {4, 0}, {5, 5}}) {
    admission.submit(ticket, priority, "one");
  }
  EXPECT_EQ(admission.release(1), Ticket{3});
  EXPECT_EQ(admission.release(3), Ticket{5});
  EXPECT_EQ(admission.release(5), Ticket{2});
  EXPECT_EQ(admission.release(2), Ticket{4});
  EXPECT_EQ(admission.release(4), std::nullopt);
}

TEST(AdmissionKeys, RejectsForWantOfAPlaceOfTheKey) {
  auto admission = two_per_key(10, 0);
  admission.submit(1, 0, "one");
  EXPECT_EQ(admission.submit(2, 0, "one"), Decision::reject_key);
  EXPECT_EQ(admission.submit(3, 0, "a"), Decision::run);
}

TEST(AdmissionKeys, KeepsNoKeyThatNothingUses) {
  auto admission = two_per_key(1, 1);
  admission.submit(1, 0, "a");
  admission.submit(2, 0, "b");
  EXPECT_EQ(admission.keys(), 2U);
  EXPECT_EQ(admission.submit(3, 0, "c"), Decision::reject);
  EXPECT_EQ(admission.keys(), 2U);
  EXPECT_TRUE(admission.withdraw(2));
  EXPECT_EQ(admission.keys(), 1U);
  admission.release(1);
  EXPECT_EQ(admission.keys(), 0U);
}

TEST(AdmissionKeys, WithdrawnHeadOfAKeyIsReplacedByTheNextOne) {
  auto admission = two_per_key(2);
  admission.submit(1, 0);
  admission.submit(2, 0);
  admission.submit(3, 0, "one");
  admission.submit(4, 0, "one");
  EXPECT_TRUE(admission.withdraw(3));
  EXPECT_EQ(admission.release(1), Ticket{4});
}

TEST(AdmissionKeys, RaisedLimitsStartQueuedTickets) {
  auto admission = two_per_key(1);
  admission.submit(1, 0, "one");
  admission.submit(2, 0, "one");
  admission.submit(3, 0, "a");
  admission.submit(4, 0);
  EXPECT_EQ(admission.set_running_limit(3), (Tickets{3, 4}));
  EXPECT_EQ(admission.set_key_limit("one", 5), Tickets());
  EXPECT_EQ(admission.set_running_limit(10), Tickets{2});
  EXPECT_EQ(admission.limit_of("one"), 5U);
  admission.set_key_limit("one", std::nullopt);
  EXPECT_EQ(admission.limit_of("one"), 2U);
}

TEST(AdmissionKeys, LoweredLimitsEndNothing) {
  auto admission = two_per_key(3);
  for (Ticket ticket = 1; ticket <= 5; ++ticket) admission.submit(ticket, 0);
  EXPECT_EQ(admission.set_running_limit(1), Tickets());
  EXPECT_EQ(admission.running(), 3U);
  EXPECT_EQ(admission.release(1), std::nullopt);
  EXPECT_EQ(admission.release(2), std::nullopt);
  EXPECT_EQ(admission.release(3), Ticket{4});
}

TEST(AdmissionKeys, LoweredLimitOfAKeyHoldsItsNextOneBack) {
  auto admission = two_per_key();
  admission.submit(1, 0, "a");
  admission.submit(2, 0, "a");
  admission.submit(3, 0, "a");
  admission.set_key_limit("a", 1);
  EXPECT_EQ(admission.release(1), std::nullopt);
  EXPECT_EQ(admission.release(2), Ticket{3});
}

TEST(AdmissionKeys, PausedAdmissionStartsNothing) {
  auto admission = two_per_key(2, 10);
  admission.submit(1, 0);
  admission.pause();
  EXPECT_TRUE(admission.is_paused());
  EXPECT_EQ(admission.submit(2, 0), Decision::wait);
  EXPECT_EQ(admission.submit(3, 0, "a"), Decision::wait);
  EXPECT_EQ(admission.release(1), std::nullopt);
  EXPECT_EQ(admission.resume(), (Tickets{2, 3}));
  EXPECT_EQ(admission.running(), 2U);
}

// Beside a model that looks at everything that waits.
class Model {
 public:
  explicit Model(unsigned seed) : random_(seed) {}

  void step() {
    switch (below(6)) {
      case 0:
      case 1:
        return submit();
      case 2:
        return release();
      case 3:
        return withdraw();
      case 4:
        return change(admission_.set_running_limit(running_limit_ = 1 + below(6)));
      default:
        const std::string key(1, static_cast<char>('a' + below(3)));
        key_limits_[key] = 1 + below(3);
        return change(admission_.set_key_limit(key, key_limits_[key]));
    }
  }

 private:
  struct Entry {
    Ticket ticket;
    int priority;
    std::string key;
  };

  std::size_t below(std::size_t count) { return random_() % count; }

  bool may_run(const std::string& key) const {
    if (running_.size() >= running_limit_) return false;
    if (key.empty() || !key_limits_.contains(key)) return true;
    return static_cast<std::size_t>(std::count_if(running_.begin(), running_.end(), [&](auto& e) {
             return e.key == key;
           })) < key_limits_.at(key);
  }

  void submit() {
    const Entry entry{next_++, static_cast<int>(below(3)),
                      below(2) == 0 ? "" : std::string(1, static_cast<char>('a' + below(3)))};
    const auto decision = admission_.submit(entry.ticket, entry.priority, entry.key);
    ASSERT_EQ(decision, may_run(entry.key) ? Decision::run : Decision::wait);
    (decision == Decision::run ? running_ : waiting_).push_back(entry);
  }

  void release() {
    if (running_.empty()) return;
    const auto at = running_.begin() + static_cast<std::ptrdiff_t>(below(running_.size()));
    const Ticket ticket = at->ticket;
    running_.erase(at);
    const auto next = admission_.release(ticket);
    change(next ? Tickets{*next} : Tickets());
  }

  void withdraw() {
    if (waiting_.empty()) return;
    const auto at = waiting_.begin() + static_cast<std::ptrdiff_t>(below(waiting_.size()));
    ASSERT_TRUE(admission_.withdraw(at->ticket));
    waiting_.erase(at);
  }

  // What starts must be what the model starts: again and again the first one that may run.
  void change(const Tickets& started) {
    Tickets expected;
    for (;;) {
      auto first = waiting_.end();
      for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
        if (may_run(at->key) && (first == waiting_.end() || at->priority > first->priority)) {
          first = at;
        }
      }
      if (first == waiting_.end()) break;
      expected.push_back(first->ticket);
      running_.push_back(*first);
      waiting_.erase(first);
    }
    ASSERT_EQ(started, expected);
    ASSERT_EQ(admission_.running(), running_.size());
    ASSERT_EQ(admission_.queued(), waiting_.size());
  }

  std::mt19937 random_;
  std::size_t running_limit_ = 3;
  std::map<std::string, std::size_t> key_limits_;
  Admission admission_{{3, SIZE_MAX}};
  std::vector<Entry> running_;
  std::vector<Entry> waiting_;  // in the order of their arrival
  Ticket next_ = 1;
};

TEST(AdmissionKeys, StartsWhatAModelStarts) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Model model(seed);
    for (int i = 0; i < 2000 && !testing::Test::HasFatalFailure(); ++i) model.step();
  }
}

}  // namespace
}  // namespace escher
