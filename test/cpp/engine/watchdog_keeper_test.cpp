// The watchdog of an engine is started again without a launch.
#include "engine/watchdog_keeper.hpp"

#include <csignal>

#include "policy/marker.hpp"
#include "process/process_table.hpp"
#include "support/engine_test.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

class WatchdogKeeperTest : public EngineTest {
 protected:
  // The watchdog of the engine whose marker is `value`; 0 = there is none.
  static pid_t watchdog_of(const std::string& value) {
    const std::string name = "escher-watchdog " + value.substr(0, value.find('/') + 1);
    const auto processes = *read_processes(Marker(""), 0);
    for (const auto& process : processes) {
      if (process.lives && command_line(process.pid).starts_with(name)) return process.pid;
    }
    return 0;
  }
};

TEST_F(WatchdogKeeperTest, StartsItAgainWhileACommandRuns) {
  start();
  const auto job = submit(shell("echo $EXEC_ENGINE_ID; exec sleep 1000"));
  wait_output(job, "\n");
  const std::string marker = seen(job).text();
  const ProcessWatch first(watchdog_of(marker));
  ASSERT_NE(first.pid(), 0);
  EXPECT_TRUE(engine->stats().guarded);
  first.signal(SIGKILL);
  first.wait_gone();
  EXPECT_FALSE(engine->stats().guarded);
  look_until("another one", [&] { return engine->stats().guarded; });
  EXPECT_NE(watchdog_of(marker), 0);
  EXPECT_NE(watchdog_of(marker), first.pid());
}

}  // namespace
}  // namespace escher::test
