// What only a control group reaches, and what is told where there is none.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <filesystem>

#include "process/posix/control_group_files_linux.hpp"
#include "process/posix/control_group_tree_linux.hpp"
#include "process/process_table.hpp"
#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/group_host.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

// Without its environment, its session, its parent and its pipes.
const char* const kEscaper =
    "(env -i setsid sh -c 'echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1' &)";

std::string text_of(const std::vector<int>& pids) {
  std::string text;
  for (const int pid : pids) text += std::to_string(pid) + " ";
  return text;
}

// As the start of a process is told.
std::uint64_t ticks_now() {
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * per_second +
         static_cast<std::uint64_t>(now.tv_nsec) * per_second / 1'000'000'000;
}

class EngineGroups : public EngineTest {
 protected:
  using Channel = HelperProcess::Channel;

  // The engine of `story`, in a host with groups of its own or with none.
  template <typename Story>
  std::unique_ptr<GroupHost> host_with(GroupHost::Groups groups, Story story) {
    return std::make_unique<GroupHost>(groups, [this, story](const Channel& channel) {
      start();
      story(channel);
      engine->abort(kHangGuard);
      engine.reset();
      channel.tell("closed, " + std::to_string(groups_left()) + " left");
    });
  }

  // In the helper: how many groups there are below that of the host.
  static int groups_left() {
    int count = 0;
    const std::string own = GroupHost::own();
    if (own.empty()) return 0;
    for (const auto& entry : std::filesystem::directory_iterator(own))
      count += entry.is_directory();
    return count;
  }
};

#define GROUP_HOST(name, groups, ...)               \
  const auto name = host_with(groups, __VA_ARGS__); \
  SKIP_WITHOUT_ROOT(*(name))

constexpr auto kOwn = GroupHost::Groups::own;
constexpr auto kNone = GroupHost::Groups::none;

TEST_F(EngineGroups, WhoHidesFromAllElseIsEndedByACancel) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(std::string(kEscaper) + "; exec sleep 1000"));
    const ProcessWatch escaper(wait_pid(job));
    cancel(job);
    const auto result = wait_finished(job);
    escaper.wait_gone();
    channel.tell(text_of(result->termination->signals) + text_of(result->termination->survivors));
  });
  EXPECT_EQ(host->read_line(), std::to_string(SIGTERM) + " ");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, WhoHidesAndIgnoresTheSignalIsKilledAfterTheGracePeriod) {
  config.force_kill_after = Millis(100);
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(
        shell("(env -i setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000 >/dev/null 2>&1' &)"
              "; exec sleep 1000"));
    const ProcessWatch escaper(wait_pid(job));
    cancel(job);
    const auto result = wait_finished(job);
    escaper.wait_gone();
    channel.tell(text_of(result->termination->signals) + text_of(result->termination->survivors));
  });
  EXPECT_EQ(host->read_line(), std::to_string(SIGTERM) + " " + std::to_string(SIGKILL) + " ");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

// The kernel kills whoever is made in a group that was killed before.
TEST_F(EngineGroups, OneThatWasKilledServesNobodyElse) {
  config.force_kill_after = Millis(20);
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const std::string stubborn = "trap '' TERM; echo $$; while :; do sleep 0.01; done";
    for (const std::string& script : {stubborn, "(" + stubborn + ") & wait"}) {
      const auto job = submit(shell(script));
      wait_pid(job);
      cancel(job);
      channel.tell(std::to_string(*wait_finished(job)->exit.signal));
      channel.tell(std::to_string(*run(shell("exit 7"))->exit.code));
    }
    // By somebody else, who need not say so.
    const auto victim = submit(shell("echo $$; exec sleep 1000"));
    wait_pid(victim);
    for (const auto& engine_group : std::filesystem::directory_iterator(GroupHost::own())) {
      if (!engine_group.is_directory()) continue;
      posix::kill_group(engine_group.path().c_str());
    }
    channel.tell(std::to_string(*wait_finished(victim)->exit.signal));
    channel.tell(std::to_string(*run(shell("exit 7"))->exit.code));
  });
  for (const int signal : {SIGKILL, SIGTERM, SIGKILL}) {
    EXPECT_EQ(host->read_line(), std::to_string(signal));
    EXPECT_EQ(host->read_line(), "7");
  }
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, AHostWhoseOwnWasKilledBeforeRunsItsCommandsAllTheSame) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const std::string own = GroupHost::own();
    const std::string above = std::filesystem::path(own).parent_path();
    ASSERT_EQ(posix::write_group_file(above + "/cgroup.procs", "0"), 0);
    posix::kill_group(own.c_str());
    ASSERT_EQ(posix::write_group_file(own + "/cgroup.procs", "0"), 0);
    channel.tell(std::to_string(*run(shell("exit 7"))->exit.code));
    channel.tell(std::to_string(*run(shell("exit 8"))->exit.code));
  });
  EXPECT_EQ(host->read_line(), "7");
  EXPECT_EQ(host->read_line(), "8");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, WhoIsLeftBehindIsEndedByTheShutdown) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(kEscaper));
    const ProcessWatch escaper(wait_pid(job));
    const bool completed = wait_finished(job)->status == Status::completed;
    channel.tell(completed && escaper.lives() ? "left alone" : "ended");
    shut_down(kForever);
    channel.tell(escaper.lives() ? "lives" : "gone");
  });
  EXPECT_EQ(host->read_line(), "left alone");
  EXPECT_EQ(host->read_line(), "gone");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, AShutdownHasAnEndForThoseWhoIgnoreIt) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto job = submit(shell(
        "(env -i setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 1000 >/dev/null 2>&1' &)"));
    const ProcessWatch escaper(wait_pid(job));
    wait_finished(job);
    shut_down(Millis(50));
    channel.tell(escaper.lives() ? "lives" : "gone");
  });
  EXPECT_EQ(host->read_line(), "gone");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, WhoIsThereWhenTheHostIsKilledIsEndedByTheGuard) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    const auto running = submit(shell(std::string(kEscaper) + "; exec sleep 1000"));
    const auto done = submit(shell(kEscaper));
    channel.tell(std::to_string(wait_pid(running)));
    channel.tell(std::to_string(wait_pid(done)));
    wait_finished(done);
    channel.tell("ready");
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

TEST_F(EngineGroups, WhoGaveUpTheMarkerOutlivesTheHost) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    auto request = shell(kEscaper);
    request.env.push_back({"EXEC_ENGINE_ID", std::nullopt});
    const auto job = submit(std::move(request));
    // Not by a watch: that would end it.
    channel.tell(std::to_string(wait_pid(job)));
    wait_finished(job);
    shut_down(Millis(0));
  });
  const ProcessWatch server(std::stoi(host->read_line()));
  EXPECT_EQ(host->read_line(), "closed, 0 left");
  EXPECT_TRUE(server.lives());
}

TEST_F(EngineGroups, GroupsThatACommandMadeInItsOwnEndWithIt) {
  GROUP_HOST(host, kOwn, [this](const Channel& channel) {
    // As an engine in a command does.
    auto request = shell(
        "group=$POINT$(sed -n 's/^0:://p' /proc/self/cgroup)/inner/1; mkdir -p $group; "
        "(env -i G=$group setsid sh -c "
        "'echo 0 >$G/cgroup.procs; echo $$; exec sleep 1000 </dev/null >/dev/null 2>&1' &); "
        "exec sleep 1000");
    const std::filesystem::path own = GroupHost::own();
    request.env.push_back({"POINT", own.parent_path().parent_path().string()});
    const auto job = submit(std::move(request));
    const ProcessWatch inner(wait_pid(job));
    cancel(job);
    channel.tell(text_of(wait_finished(job)->termination->survivors));
    inner.wait_gone();
  });
  EXPECT_EQ(host->read_line(), "");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

// ---- Without groups.

TEST_F(EngineGroups, WithoutThemWhoeverHoldsThePipeIsNamedAndNotEnded) {
  config.drain_grace = Millis(10);
  GROUP_HOST(host, kNone, [this](const Channel& channel) {
    const auto job =
        submit(shell("(env -i setsid sh -c 'echo $$; exec sleep 1000' &); exec sleep 1000"));
    const pid_t pid = wait_pid(job);
    const ProcessWatch escaper(pid);
    cancel(job);
    const auto result = wait_finished(job);
    channel.tell(result->termination->survivors == std::vector<int>{pid} ? "named" : "not named");
    channel.tell(escaper.lives() ? "lives" : "ended");
    channel.tell(result->output_incomplete ? "cut" : "whole");
  });
  EXPECT_EQ(host->read_line(), "named");
  EXPECT_EQ(host->read_line(), "lives");
  EXPECT_EQ(host->read_line(), "cut");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, WithoutThemSuchAHolderOfStderrAloneIsNamed) {
  config.drain_grace = Millis(0);
  GROUP_HOST(host, kNone, [this](const Channel& channel) {
    const auto job = submit(
        shell("(env -i setsid sh -c 'echo $$; exec sleep 1000 >/dev/null' &); exec sleep 1000"));
    const pid_t pid = wait_pid(job);
    const ProcessWatch escaper(pid);
    cancel(job);
    channel.tell(wait_finished(job)->termination->survivors == std::vector<int>{pid} ? "named"
                                                                                     : "not named");
  });
  EXPECT_EQ(host->read_line(), "named");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

// As a server that was there before, and that somebody has given the pipe.
TEST_F(EngineGroups, WithoutThemAnOlderProcessThatHasThePipeIsNotNamed) {
  config.drain_grace = Millis(50);
  GROUP_HOST(host, kNone, [this](const Channel& channel) {
    int orders[2];
    ASSERT_EQ(::pipe(orders), 0);
    HelperProcess older([&](const Channel& of_older) {
      pid_t whose = 0;
      if (::read(orders[0], &whose, sizeof whose) != sizeof whose) return 1;
      const std::string path = "/proc/" + std::to_string(whose) + "/fd/1";
      of_older.tell(::open(path.c_str(), O_WRONLY) < 0 ? "no pipe" : "has it");
      ::pause();
      return 0;
    });
    look_until("a later tick", [&] { return ticks_now() > start_time_of(older.pid()); });
    const auto job = submit(shell("exec sleep 1000"));
    const pid_t whose = wait_started(job).pid;
    ASSERT_EQ(::write(orders[1], &whose, sizeof whose), static_cast<ssize_t>(sizeof whose));
    channel.tell(older.read_line());
    cancel(job);
    const auto result = wait_finished(job);
    channel.tell(text_of(result->termination->survivors));
    channel.tell(result->output_incomplete ? "cut" : "whole");
    ::close(orders[0]);
    ::close(orders[1]);
  });
  EXPECT_EQ(host->read_line(), "has it");
  EXPECT_EQ(host->read_line(), "");
  EXPECT_EQ(host->read_line(), "cut");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

TEST_F(EngineGroups, WithoutThemNobodyIsNamedAtAnEndByItself) {
  config.drain_grace = Millis(10);
  GROUP_HOST(host, kNone, [this](const Channel& channel) {
    // What it says has to be there before the drain is over.
    const TemporaryDirectory directory;
    const std::string said = directory / "said";
    const auto job = submit(shell("(env -i setsid sh -c 'echo $$; : >" + said +
                                  "; exec sleep 1000' &); "
                                  "until [ -e " +
                                  said + " ]; do sleep 0.01; done"));
    const ProcessWatch escaper(wait_pid(job));
    channel.tell(wait_finished(job)->termination ? "told" : "nothing told");
  });
  EXPECT_EQ(host->read_line(), "nothing told");
  EXPECT_EQ(host->read_line(), "closed, 0 left");
}

}  // namespace
}  // namespace escher::test
