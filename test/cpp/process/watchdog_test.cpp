// Watchdog: the process that kills the descendants if the host dies.
#include "process/watchdog.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "policy/marker.hpp"
#include "process/process_table.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

constexpr uid_t kNobody = 65534;

// The watchdog process with this token; 0 if there is none.
pid_t watchdog_of(const std::string& token) {
  const auto processes = *read_processes(Marker(""), 0);
  for (const auto& process : processes) {
    if (process.lives && command_line(process.pid).starts_with("escher-watchdog " + token))
      return process.pid;
  }
  return 0;
}

class WatchdogTest : public ProcessRig {
 protected:
  LaunchOptions watched() {
    LaunchOptions options;
    options.watchdog = &*watchdog;
    return options;
  }
  LaunchOptions marked() {
    LaunchOptions options;
    options.marker = marker.entry_for(random_id());
    return options;
  }

  const Marker marker{""};
  std::optional<Watchdog> watchdog{marker.token()};
};

TEST_F(WatchdogTest, IsNotAChildOfTheHostAndHasNoMarker) {
  watchdog->ensure("");
  ASSERT_TRUE(watchdog->runs());
  const ProcessWatch process(watchdog_of(marker.token()));
  EXPECT_EQ(own_children(), std::vector<pid_t>{});
  const auto processes = *read_processes(marker, 0);
  for (const auto& entry : processes) {
    if (entry.pid == process.pid()) {
      EXPECT_EQ(entry.execution, "");
    }
  }
}

TEST_F(WatchdogTest, EndsWithItsEngine) {
  watchdog->ensure("");
  const ProcessWatch process(watchdog_of(marker.token()));
  EXPECT_TRUE(process.lives());
  watchdog.reset();
  process.wait_gone();
}

TEST_F(WatchdogTest, IgnoresTheSignalsOfATerminal) {
  watchdog->ensure("");
  const ProcessWatch process(watchdog_of(marker.token()));
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) process.signal(signal);
  watchdog->ensure("");
  EXPECT_EQ(watchdog_of(marker.token()), process.pid());
  EXPECT_TRUE(process.lives());
}

TEST_F(WatchdogTest, IsReplacedAfterItIsKilled) {
  watchdog->ensure("");
  const ProcessWatch first(watchdog_of(marker.token()));
  first.signal(SIGKILL);
  first.wait_gone();
  EXPECT_FALSE(watchdog->runs());
  // At most one start per second, in case that every start fails.
  look_until("another watchdog", [&] {
    watchdog->ensure("");
    return watchdog_of(marker.token()) != 0;
  });
  EXPECT_NE(watchdog_of(marker.token()), first.pid());
}

TEST_F(WatchdogTest, KillsProcessesWithTheMarkerAndWatchedSessions) {
  watchdog->ensure("");
  auto by_session = launch_puppet({"sleep"}, watched());
  auto by_marker = launch_puppet({"sleep"}, marked());
  auto unrelated = launch_puppet({"sleep"});
  watchdog.reset();
  EXPECT_EQ(wait_and_reap(by_session.process).status.signal, SIGKILL);
  EXPECT_EQ(wait_and_reap(by_marker.process).status.signal, SIGKILL);
  EXPECT_TRUE(ProcessWatch(unrelated.process.pid()).lives());
  unrelated.process.signal_group(SIGKILL);
  wait_and_reap(unrelated.process);
}

TEST_F(WatchdogTest, KillsProcessesWithTheMarkInTheirLimits) {
  watchdog->ensure("");
  LaunchOptions options;
  options.mark = marker.numbers_for(random_id());
  auto own = launch_puppet({"sleep"}, options);
  options.mark = Marker("").numbers_for(random_id());
  auto of_another_engine = launch_puppet({"sleep"}, options);
  watchdog.reset();
  EXPECT_EQ(wait_and_reap(own.process).status.signal, SIGKILL);
  EXPECT_TRUE(ProcessWatch(of_another_engine.process.pid()).lives());
  of_another_engine.process.signal_group(SIGKILL);
  wait_and_reap(of_another_engine.process);
}

// Otherwise the engine that has started the host would end it, with the host.
TEST_F(WatchdogTest, HasNoMarkOfAnEngineThatHasStartedTheHost) {
  HelperProcess host([this](const HelperProcess::Channel& channel) {
    const auto outer =
        limit_mark::mark(marker.numbers_for(random_id()), {RLIM_INFINITY, RLIM_INFINITY});
    const rlimit limit{outer.soft, outer.hard};
    if (::setrlimit(RLIMIT_RTTIME, &limit) != 0) return 1;
    const std::string token = "token-of-" + std::to_string(::getpid());
    Watchdog own(token);
    own.ensure("");
    const pid_t inner = watchdog_of(token);
    const auto processes = *read_processes(marker, 0);
    for (const auto& process : processes) {
      if (process.pid == inner) channel.send(std::to_string(process.execution_number));
    }
    return 0;
  });
  EXPECT_EQ(host.read_line(), "0");
}

// A stop must not keep it from its work.
TEST_F(WatchdogTest, KillsAlsoAfterItWasStopped) {
  watchdog->ensure("");
  const ProcessWatch process(watchdog_of(marker.token()));
  process.signal(SIGSTOP);
  look_until("the stop", [&] { return state_of(process.pid()) == 'T'; });
  auto command = launch_puppet({"sleep"}, marked());
  watchdog.reset();
  EXPECT_EQ(wait_and_reap(command.process).status.signal, SIGKILL);
  process.wait_gone();
}

TEST_F(WatchdogTest, IgnoresTheMarkerInAnotherVariable) {
  watchdog->ensure("");
  const ProcessWatch process(watchdog_of(marker.token()));
  Environment environment = *own_environment();
  environment.push_back("NOTE=" + marker.entry_for(random_id()));
  environment.push_back("OLD_EXEC_ENGINE_ID=" + marker.token());
  auto stranger = launch_command({kPuppetPath,
                                  {"puppet", "sleep"},
                                  std::make_shared<const Environment>(std::move(environment))},
                                 {});
  watchdog.reset();
  process.wait_gone();
  EXPECT_TRUE(ProcessWatch(stranger.process.pid()).lives());
  stranger.process.signal_group(SIGKILL);
  wait_and_reap(stranger.process);
}

// A process that reuses the number of a leader: it was started at another time.
TEST_F(WatchdogTest, IgnoresASessionThatReusesANumber) {
  watchdog->ensure("");
  const ProcessWatch process(watchdog_of(marker.token()));
  auto stranger = launch_puppet({"sleep"});
  const pid_t pid = stranger.process.pid();
  look_until("a later tick", [&] { return current_tick() > start_time_of(pid); });
  const auto session = watchdog->watch(pid, current_tick());
  watchdog.reset();
  process.wait_gone();
  EXPECT_TRUE(ProcessWatch(pid).lives());
  stranger.process.signal_group(SIGKILL);
  wait_and_reap(stranger.process);
}

TEST_F(WatchdogTest, KillsMembersOfASessionWithoutLeader) {
  watchdog->ensure("");
  const auto since = current_tick();
  auto command = launch_puppet({"hold-pipe", "0"});
  const auto session = watchdog->watch(command.process.pid(), since);
  const auto collector = std::make_shared<Collector>();
  const ProcessWatch member(std::stoi(read_line(*command.err, collector, Stream::err)));
  wait_and_reap(command.process);
  watchdog.reset();
  member.wait_gone();
}

// ---- Hosts in which it is hard to start, or of no use.

// The files of such a host in /proc are root's, its program in memory among them.
TEST_F(WatchdogTest, RunsForAHostThatHasChangedItsUser) {
  watchdog.reset();
  HelperProcess host([](const HelperProcess::Channel& channel) {
    if (::setresgid(kNobody, kNobody, kNobody) != 0 ||
        ::setresuid(kNobody, kNobody, kNobody) != 0) {
      channel.send("not root");
      return 0;
    }
    // The temporary directory is the other way.
    ::setenv("TMPDIR", "/nowhere", 1);
    Watchdog own("token-of-" + std::to_string(::getpid()));
    own.ensure("");
    channel.send(own.runs() ? "runs" : "does not run");
    return 0;
  });
  const auto told = host.read_line();
  if (told == "not root") GTEST_SKIP() << "needs root";
  EXPECT_EQ(told, "runs");
}

TEST_F(WatchdogTest, IsReportedAsNotRunningWithoutProc) {
  watchdog.reset();
  HelperProcess host([](const HelperProcess::Channel& channel) {
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", "/proc", "tmpfs", 0, nullptr) != 0) {
      channel.send("not root");
      return 0;
    }
    Watchdog own("token-of-" + std::to_string(::getpid()));
    own.ensure("");
    channel.send(own.runs() ? "runs" : "does not run");
    return 0;
  });
  const auto told = host.read_line();
  if (told == "not root") GTEST_SKIP() << "needs root";
  EXPECT_EQ(told, "does not run");
}

TEST_F(WatchdogTest, ForgetsASessionThatWasReaped) {
  watchdog->ensure("");
  auto session = watchdog->watch(0, 0);
  auto command = launch_puppet({"exit", "0"}, watched());
  wait_and_reap(command.process);
  // Its slot is used again: the table does not grow.
  auto next = launch_puppet({"sleep"}, watched());
  watchdog.reset();
  EXPECT_EQ(wait_and_reap(next.process).status.signal, SIGKILL);
}

}  // namespace
}  // namespace escher::test
