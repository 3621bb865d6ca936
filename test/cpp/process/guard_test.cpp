// Guard: the process that is there in case the host is not.
#include "process/guard.hpp"

#include <csignal>

#include "policy/marker.hpp"
#include "process/process_table.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

// The one process whose command line ends with `token`; 0 = there is none.
pid_t guard_of(const std::string& token) {
  const auto processes = *read_processes(Marker(""), 0);
  for (const auto& process : processes) {
    if (process.lives && command_line(process.pid) == "escher-guard " + token) return process.pid;
  }
  return 0;
}

class GuardTest : public ProcessRig {
 protected:
  LaunchOptions watched() {
    LaunchOptions options;
    options.guard = &*guard;
    return options;
  }
  LaunchOptions marked() {
    LaunchOptions options;
    options.marker = marker.entry_for(random_id());
    return options;
  }

  const Marker marker{""};
  std::optional<Guard> guard{marker.token()};
};

TEST_F(GuardTest, IsNoChildOfTheHostAndBearsNoMarker) {
  guard->ensure("");
  ASSERT_TRUE(guard->runs());
  const ProcessWatch process(guard_of(marker.token()));
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  const auto processes = *read_processes(marker, 0);
  for (const auto& entry : processes) {
    if (entry.pid == process.pid()) {
      EXPECT_EQ(entry.execution, "");
    }
  }
}

TEST_F(GuardTest, EndsWithItsEngine) {
  guard->ensure("");
  const ProcessWatch process(guard_of(marker.token()));
  EXPECT_TRUE(process.lives());
  guard.reset();
  process.wait_gone();
}

TEST_F(GuardTest, IgnoresWhatATerminalSends) {
  guard->ensure("");
  const ProcessWatch process(guard_of(marker.token()));
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) process.signal(signal);
  guard->ensure("");
  EXPECT_EQ(guard_of(marker.token()), process.pid());
  EXPECT_TRUE(process.lives());
}

TEST_F(GuardTest, ThatWasKilledIsReplaced) {
  guard->ensure("");
  const ProcessWatch first(guard_of(marker.token()));
  first.signal(SIGKILL);
  first.wait_gone();
  // Not more often than once a second, should it never work.
  look_until("another guard", [&] {
    guard->ensure("");
    return guard_of(marker.token()) != 0;
  });
  EXPECT_NE(guard_of(marker.token()), first.pid());
}

TEST_F(GuardTest, KillsWhoBearsTheMarkerOrIsOfAWatchedSession) {
  guard->ensure("");
  auto by_session = launch_puppet({"sleep"}, watched());
  auto by_marker = launch_puppet({"sleep"}, marked());
  auto stranger = launch_puppet({"sleep"});
  guard.reset();
  EXPECT_EQ(wait_and_reap(by_session.process).status.signal, SIGKILL);
  EXPECT_EQ(wait_and_reap(by_marker.process).status.signal, SIGKILL);
  EXPECT_TRUE(ProcessWatch(stranger.process.pid()).lives());
  stranger.process.signal_tree(SIGKILL);
  wait_and_reap(stranger.process);
}

TEST_F(GuardTest, ASessionThatWasReapedIsForgotten) {
  guard->ensure("");
  auto session = guard->watch(0);
  auto command = launch_puppet({"exit", "0"}, watched());
  wait_and_reap(command.process);
  // Its slot is used again: the table does not grow.
  auto next = launch_puppet({"sleep"}, watched());
  guard.reset();
  EXPECT_EQ(wait_and_reap(next.process).status.signal, SIGKILL);
}

}  // namespace
}  // namespace escher::test
