// Without control groups: processes that hold a pipe of an ended command, and that nothing else
// ties to it, are reported.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "output/file_fixtures.hpp"
#include "process/process_table.hpp"
#include "support/cgroup_host.hpp"
#include "support/engine_test.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

using Channel = HelperProcess::Channel;

// Without the environment, the session and the limits of the command. Behind `(` and in front of
// ` &)` it loses its parent as well.
std::string hidden(const std::string& script) {
  return "prlimit --rttime=1000000000:1000000000 env -i setsid sh -c '" + script + "'";
}

class EnginePipeHolders : public EngineTest {
 protected:
  // A host without control groups that runs `body` with a started engine.
  template <typename Body>
  CgroupHost host_with(Body body) {
    return CgroupHost(CgroupHost::Groups::none, [this, body](const Channel& channel) {
      start();
      body(channel);
      engine->abort(kHangGuard);
      engine.reset();
      channel.send("closed");
    });
  }
};

TEST_F(EnginePipeHolders, ProcessThatHoldsThePipeIsReportedAndNotKilled) {
  config.drain_grace = Millis(10);
  CgroupHost host = host_with([this](const Channel& channel) {
    const auto job =
        submit(shell("(" + hidden("echo $$; exec sleep 1000") + " &); exec sleep 1000"));
    const pid_t pid = wait_pid(job);
    const ProcessWatch escaper(pid);
    cancel(job);
    const auto result = wait_finished(job);
    channel.send(result->termination->survivors == std::vector<int>{pid} ? "reported" : "missing");
    channel.send(escaper.lives() ? "alive" : "ended");
    channel.send(result->output_incomplete ? "incomplete" : "complete");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "reported");
  EXPECT_EQ(host.read_line(), "alive");
  EXPECT_EQ(host.read_line(), "incomplete");
  EXPECT_EQ(host.read_line(), "closed");
}

TEST_F(EnginePipeHolders, ProcessThatHoldsOnlyStderrIsReported) {
  config.drain_grace = Millis(0);
  CgroupHost host = host_with([this](const Channel& channel) {
    const auto job =
        submit(shell("(" + hidden("echo $$; exec sleep 1000 >/dev/null") + " &); exec sleep 1000"));
    const pid_t pid = wait_pid(job);
    const ProcessWatch escaper(pid);
    cancel(job);
    const auto survivors = wait_finished(job)->termination->survivors;
    channel.send(survivors == std::vector<int>{pid} ? "reported" : "missing");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "reported");
  EXPECT_EQ(host.read_line(), "closed");
}

// For example a server that was started earlier and received the pipe.
TEST_F(EnginePipeHolders, OlderProcessThatHoldsThePipeIsNotReported) {
  config.drain_grace = Millis(50);
  CgroupHost host = host_with([this](const Channel& channel) {
    int orders[2];
    ASSERT_EQ(::pipe(orders), 0);
    HelperProcess older([&](const Channel& of_older) {
      pid_t whose = 0;
      if (::read(orders[0], &whose, sizeof whose) != sizeof whose) return 1;
      const std::string path = "/proc/" + std::to_string(whose) + "/fd/1";
      of_older.send(::open(path.c_str(), O_WRONLY) < 0 ? "no pipe" : "opened");
      ::pause();
      return 0;
    });
    look_until("a later tick", [&] { return current_tick() > start_time_of(older.pid()); });
    const auto job = submit(shell("exec sleep 1000"));
    const pid_t whose = wait_started(job).pid;
    ASSERT_EQ(::write(orders[1], &whose, sizeof whose), static_cast<ssize_t>(sizeof whose));
    channel.send(older.read_line());
    cancel(job);
    const auto result = wait_finished(job);
    channel.send(std::to_string(result->termination->survivors.size()) + " survivors");
    channel.send(result->output_incomplete ? "incomplete" : "complete");
    ::close(orders[0]);
    ::close(orders[1]);
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "opened");
  EXPECT_EQ(host.read_line(), "0 survivors");
  EXPECT_EQ(host.read_line(), "incomplete");
  EXPECT_EQ(host.read_line(), "closed");
}

TEST_F(EnginePipeHolders, ExecutionThatEndsByItselfReportsNoSurvivors) {
  config.drain_grace = Millis(10);
  CgroupHost host = host_with([this](const Channel& channel) {
    // The output must arrive before the drain expires.
    const TemporaryDirectory directory;
    const std::string printed = directory / "printed";
    const auto job = submit(shell("(" + hidden("echo $$; : >" + printed + "; exec sleep 1000") +
                                  " &); until [ -e " + printed + " ]; do sleep 0.01; done"));
    const ProcessWatch escaper(wait_pid(job));
    channel.send(wait_finished(job)->termination ? "termination" : "none");
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "none");
  EXPECT_EQ(host.read_line(), "closed");
}

}  // namespace
}  // namespace escher::test
