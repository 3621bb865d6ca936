// The threads of the engine have a shorter time slice than what they launch.
#include "process/short_slice.hpp"

#include <string>
#include <thread>

#include "output/file_fixtures.hpp"
#include "support/engine_test.hpp"

namespace escher::test {
namespace {

// In nanoseconds, from the text of a file `sched` in /proc; 0: the kernel does not show it.
long long slice_in(const std::string& text) {
  const auto found = text.find("se.slice");
  if (found == std::string::npos) return 0;
  return std::stoll(text.substr(text.find(':', found) + 1));
}

long long own_slice() { return slice_in(content_of("/proc/thread-self/sched")); }

class ShortSlice : public EngineTest {
 protected:
  void SetUp() override {
    if (own_slice() == 0) GTEST_SKIP() << "this kernel shows no time slices";
  }
};

TEST_F(ShortSlice, IsThatOfTheThread) {
  long long slice = 0;
  std::thread([&slice] {
    ask_for_short_slice();
    slice = own_slice();
  }).join();
  EXPECT_GT(slice, 0);
  EXPECT_LT(slice, own_slice());
}

TEST_F(ShortSlice, IsNotThatOfACommand) {
  start();
  const auto job = submit(shell("cat /proc/self/sched"));
  wait_finished(job);
  EXPECT_EQ(slice_in(kept(job)), own_slice());
}

}  // namespace
}  // namespace escher::test
