// Descendants that only a control group can find.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "output/file_fixtures.hpp"
#include "process/linux/cgroup/cgroup_files.hpp"
#include "process/linux/cgroup/cgroup_tree.hpp"
#include "process/process_table.hpp"
#include "support/cgroup_host.hpp"
#include "support/engine_test.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

// Starts a process without the environment, the session, the parent and the pipes of the command.
const char* const kEscaper =
    "(env -i setsid sh -c 'echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1' &)";

std::string text_of(const std::vector<int>& pids) {
  std::string text;
  for (const int pid : pids) text += std::to_string(pid) + " ";
  return text;
}

class EngineInHost : public EngineTest {
 protected:
  using Channel = HelperProcess::Channel;

  // A host that runs `body` with a started engine.
  template <typename Body>
  std::unique_ptr<CgroupHost> host_with(CgroupHost::Groups groups, Body body) {
    return std::make_unique<CgroupHost>(groups, [this, body](const Channel& channel) {
      start();
      body(channel);
      engine->abort(kHangGuard);
      engine.reset();
      channel.send("closed, " + std::to_string(groups_left()) + " left");
    });
  }

  // In the helper process: the number of groups below that of the host.
  static int groups_left() {
    int count = 0;
    const std::string own = CgroupHost::own();
    if (own.empty()) return 0;
    for (const auto& entry : std::filesystem::directory_iterator(own))
      count += entry.is_directory();
    return count;
  }

  // In the helper.
  static void move_into_group_of(pid_t command, pid_t moved) {
    static const auto mount =
        std::filesystem::path(CgroupHost::own()).parent_path().parent_path().string();
    std::ifstream groups("/proc/" + std::to_string(command) + "/cgroup");
    for (std::string line; std::getline(groups, line);) {
      if (!line.starts_with("0::")) continue;
      ASSERT_EQ(
          posix::write_cgroup_file(mount + line.substr(3) + "/cgroup.procs", std::to_string(moved)),
          0);
    }
  }
};

using EngineWithCgroups = EngineInHost;

#define CGROUP_HOST(name, groups, ...)              \
  const auto name = host_with(groups, __VA_ARGS__); \
  SKIP_WITHOUT_ROOT(*(name))

constexpr auto kOwn = CgroupHost::Groups::own;

TEST_F(EngineWithCgroups, CancelEndsAnEscapedDescendant) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(std::string(kEscaper) + "; exec sleep 1000"));
    const ProcessWatch escaper(wait_pid(job));
    cancel(job);
    const auto result = wait_finished(job);
    escaper.wait_gone();
    channel.send(text_of(result->termination->signals) + text_of(result->termination->survivors));
  });
  EXPECT_EQ(host->read_line(), std::to_string(SIGTERM) + " ");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, EscapedDescendantIsKilledAfterTheGracePeriod) {
  config.force_kill_after = Millis(100);
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(
        shell("(env -i setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000 >/dev/null 2>&1' &)"
              "; exec sleep 1000"));
    const ProcessWatch escaper(wait_pid(job));
    cancel(job);
    const auto result = wait_finished(job);
    escaper.wait_gone();
    channel.send(text_of(result->termination->signals) + text_of(result->termination->survivors));
  });
  EXPECT_EQ(host->read_line(), std::to_string(SIGTERM) + " " + std::to_string(SIGKILL) + " ");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

// Linux 6.15 kills a child that is created in a group that was killed before.
TEST_F(EngineWithCgroups, KilledGroupIsNotUsedAgain) {
  config.force_kill_after = Millis(20);
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const std::string stubborn = "trap '' TERM; echo $$; while :; do sleep 0.01; done";
    for (const std::string& script : {stubborn, "(" + stubborn + ") & wait"}) {
      const auto job = submit(shell(script));
      wait_pid(job);
      cancel(job);
      channel.send(std::to_string(*wait_finished(job)->exit.signal));
      channel.send(std::to_string(*run(shell("exit 7"))->exit.code));
    }
    // Another process kills the group, and the engine is not notified.
    const auto victim = submit(shell("echo $$; exec sleep 1000"));
    wait_pid(victim);
    for (const auto& engine_group : std::filesystem::directory_iterator(CgroupHost::own())) {
      if (!engine_group.is_directory()) continue;
      posix::kill_cgroup(engine_group.path().c_str(), {});
    }
    channel.send(std::to_string(*wait_finished(victim)->exit.signal));
    channel.send(std::to_string(*run(shell("exit 7"))->exit.code));
  });
  for (const int signal : {SIGKILL, SIGTERM, SIGKILL}) {
    EXPECT_EQ(host->read_line(), std::to_string(signal));
    EXPECT_EQ(host->read_line(), "7");
  }
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, CommandsRunInAHostWhoseGroupWasKilled) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const std::string own = CgroupHost::own();
    const std::string above = std::filesystem::path(own).parent_path();
    ASSERT_EQ(posix::write_cgroup_file(above + "/cgroup.procs", "0"), 0);
    posix::kill_cgroup(own.c_str(), {});
    ASSERT_EQ(posix::write_cgroup_file(own + "/cgroup.procs", "0"), 0);
    channel.send(std::to_string(*run(shell("exit 7"))->exit.code));
    channel.send(std::to_string(*run(shell("exit 8"))->exit.code));
  });
  EXPECT_EQ(host->read_line(), "7");
  EXPECT_EQ(host->read_line(), "8");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, ShutdownEndsEscapedDescendantsOfFinishedExecutions) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(kEscaper));
    const ProcessWatch escaper(wait_pid(job));
    const bool completed = wait_finished(job)->status == Status::completed;
    channel.send(completed && escaper.lives() ? "alive" : "ended");
    shut_down(kForever);
    channel.send(escaper.lives() ? "alive" : "ended");
  });
  EXPECT_EQ(host->read_line(), "alive");
  EXPECT_EQ(host->read_line(), "ended");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, ShutdownKillsEscapedDescendantsThatIgnoreTheSignal) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(
        "(env -i setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000 >/dev/null 2>&1' &)"));
    const ProcessWatch escaper(wait_pid(job));
    wait_finished(job);
    shut_down(Millis(50));
    channel.send(escaper.lives() ? "alive" : "ended");
  });
  EXPECT_EQ(host->read_line(), "ended");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, WatchdogKillsEscapedDescendantsOfAKilledHost) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto running = submit(shell(std::string(kEscaper) + "; exec sleep 1000"));
    const auto done = submit(shell(kEscaper));
    channel.send(std::to_string(wait_pid(running)));
    channel.send(std::to_string(wait_pid(done)));
    wait_finished(done);
    channel.send("ready");
    ::pause();
  });
  const ProcessWatch running(std::stoi(host->read_line()));
  const ProcessWatch left(std::stoi(host->read_line()));
  EXPECT_EQ(host->read_line(), "ready");
  EXPECT_TRUE(running.lives() && left.lives());
  host->process().kill();
  running.wait_gone();
  left.wait_gone();
}

// A process whose first thread has ended is not reached by `cgroup.kill`.
TEST_F(EngineWithCgroups, CancelEndsAHiddenProcessWithoutFirstThread) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(fugitive({"headless-daemon", "bare"}));
    const ProcessWatch daemon(wait_pid(job));
    cancel(job);
    const auto result = wait_finished(job);
    channel.send((daemon.lives() ? "lives" : "gone") + text_of(result->termination->survivors));
  });
  EXPECT_EQ(host->read_line(), "gone");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, ShutdownEndsAHiddenProcessWithoutFirstThread) {
  config.drain_grace = kHangGuard;
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(fugitive({"headless-daemon", "bare", "brief"}));
    const ProcessWatch daemon(wait_pid(job));
    wait_finished(job);
    channel.send(daemon.lives() ? "left alone" : "ended");
    shut_down(Millis(0));
    daemon.wait_gone();
  });
  EXPECT_EQ(host->read_line(), "left alone");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineWithCgroups, WatchdogEndsAHiddenProcessWithoutFirstThread) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    channel.send(std::to_string(wait_pid(submit(fugitive({"headless-daemon", "bare"})))));
    ::pause();
  });
  const ProcessWatch daemon(std::stoi(host->read_line()));
  ASSERT_EQ(state_of(daemon.pid()), 'Z');
  host->process().kill();
  daemon.wait_gone();
}

// ---- Processes that were moved into the group of a command.

// It is younger than the engine, but older than the commands.
TEST_F(EngineWithCgroups, OlderProcessMovedIntoAGroupIsLeftAlone) {
  config.force_kill_after = Millis(20);
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    run(shell(":"));
    const HelperProcess older([](const Channel&) {
      ::pause();
      return 0;
    });
    const ProcessWatch watch(older.pid());
    look_until("a later tick", [&] { return current_tick() > start_time_of(older.pid()); });
    for (const char* command :
         {"trap '' TERM; echo $$; while :; do sleep 0.01; done", "echo $$; exec sleep 1000"}) {
      const auto job = submit(shell(command));
      move_into_group_of(wait_pid(job), older.pid());
      cancel(job);
      wait_finished(job);
    }
    shut_down(Millis(0));
    channel.send(watch.lives() ? "lives" : "gone");
  });
  EXPECT_EQ(host->read_line(), "lives");
  host->read_line();  // the end of the host
}

TEST_F(EngineWithCgroups, HostMovedIntoAGroupIsLeftAlone) {
  config.force_kill_after = Millis(20);
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell("trap '' TERM; echo $$; while :; do sleep 0.01; done"));
    move_into_group_of(wait_pid(job), ::getpid());
    cancel(job);
    channel.send(std::to_string(*wait_finished(job)->exit.signal));
    shut_down(Millis(0));
    channel.send("shut down");
  });
  EXPECT_EQ(host->read_line(), std::to_string(SIGKILL));
  EXPECT_EQ(host->read_line(), "shut down");
}

TEST_F(EngineWithCgroups, CommandWithoutMarkerOutlivesTheHost) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    auto request = shell(kEscaper);
    request.env.push_back({"EXEC_ENGINE_ID", std::nullopt});
    const auto job = submit(std::move(request));
    // Without a ProcessWatch, which would kill it.
    channel.send(std::to_string(wait_pid(job)));
    wait_finished(job);
    shut_down(Millis(0));
  });
  const ProcessWatch server(std::stoi(host->read_line()));
  EXPECT_EQ(host->read_line(), "closed, 0 left");
  EXPECT_TRUE(server.lives());
}

TEST_F(EngineWithCgroups, GroupsThatACommandCreatesEndWithIt) {
  CGROUP_HOST(host, kOwn, [this](const Channel& channel) {
    // A group below that of the command, like one of an engine in the command.
    auto request = shell(
        "group=$POINT$(sed -n 's/^0:://p' /proc/self/cgroup)/inner/1; mkdir -p $group; "
        "(env -i G=$group setsid sh -c "
        "'echo 0 >$G/cgroup.procs; echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1' &); "
        "exec sleep 1000");
    const std::filesystem::path own = CgroupHost::own();
    request.env.push_back({"POINT", own.parent_path().parent_path().string()});
    const auto job = submit(std::move(request));
    const ProcessWatch inner(wait_pid(job));
    cancel(job);
    channel.send(text_of(wait_finished(job)->termination->survivors));
    inner.wait_gone();
  });
  EXPECT_EQ(host->read_line(), "");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

}  // namespace
}  // namespace escher::test
