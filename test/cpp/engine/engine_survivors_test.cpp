// Processes that resist their end: each one is ended, or named as a survivor.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "output/file_fixtures.hpp"
#include "process/refused_calls.hpp"
#include "support/cgroup_host.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"
#include "support/puppet_path.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

using Channel = HelperProcess::Channel;

constexpr uid_t kNobody = 65534;

bool become_nobody() {
  return ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0;
}

std::string text_of(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += ' ' + std::to_string(number);
  return text;
}

class EngineSurvivors : public EngineTest {
 protected:
  // Runs `story` with an engine in a helper that belongs to an ordinary user.
  template <typename Story>
  HelperProcess ordinary_host(Story story) {
    return HelperProcess([this, story](const Channel& channel) {
      if (!become_nobody()) {
        channel.send("not root");
        return 0;
      }
      start();
      story(channel);
      engine->abort(kHangGuard);
      engine->join();
      return 0;
    });
  }
  // A copy that becomes root when an ordinary user runs it.
  static std::string setuid_fugitive(const TemporaryDirectory& directory) {
    const std::string program = directory / "fugitive";
    std::filesystem::copy_file(kFugitivePath, program);
    ::chmod(directory.path().c_str(), 0755);
    ::chmod(program.c_str(), 04755);
    return program;
  }
  // Ends the execution; what its result reports.
  std::string ended(const Job& job) {
    cancel(job);
    const auto result = wait_finished(job);
    if (!result->termination) return "no termination";
    return "signals" + text_of(result->termination->signals) + ", survivors" +
           text_of(result->termination->survivors);
  }
};

// As an agent that protects its memory: its environment cannot be read.
TEST_F(EngineSurvivors, CancelEndsAProcessThatIsNotDumpable) {
  HelperProcess host = ordinary_host([this](const Channel& channel) {
    const auto job = submit(fugitive({"opaque-daemon"}));
    channel.send(std::to_string(wait_pid(job)));
    channel.send(ended(job));
  });
  const auto first = host.read_line();
  if (first == "not root") GTEST_SKIP() << "needs root";
  const ProcessWatch daemon(std::stoi(first));
  EXPECT_EQ(host.read_line(), "signals 15, survivors");
  daemon.wait_gone();
}

TEST_F(EngineSurvivors, ShutdownEndsAProcessThatIsNotDumpable) {
  HelperProcess host = ordinary_host([this](const Channel& channel) {
    const auto job = submit(fugitive({"opaque-daemon", "brief"}));
    channel.send(std::to_string(wait_pid(job)));
    wait_finished(job);
    shut_down(kForever);
    channel.send("shut down");
  });
  const auto first = host.read_line();
  if (first == "not root") GTEST_SKIP() << "needs root";
  const ProcessWatch daemon(std::stoi(first));
  EXPECT_EQ(host.read_line(), "shut down");
  daemon.wait_gone();
}

TEST_F(EngineSurvivors, WatchdogEndsAProcessThatIsNotDumpable) {
  HelperProcess host = ordinary_host([this](const Channel& channel) {
    channel.send(std::to_string(wait_pid(submit(fugitive({"opaque-daemon"})))));
    ::pause();
  });
  const auto first = host.read_line();
  if (first == "not root") GTEST_SKIP() << "needs root";
  const ProcessWatch daemon(std::stoi(first));
  host.kill();
  daemon.wait_gone();
}

TEST_F(EngineSurvivors, ProcessOfAnotherUserIsNamedAndNoSignalIsReported) {
  const TemporaryDirectory directory;
  const std::string program = setuid_fugitive(directory);
  config.force_kill_after = Millis(10);
  HelperProcess host = ordinary_host([&](const Channel& channel) {
    const auto job = submit(command_request(ExecCommand{program, {"become-root"}}));
    channel.send(std::to_string(wait_pid(job)));
    const auto killed = kill(job, SIGTERM);
    channel.send(killed && *killed ? "received" : "not received");
    channel.send(ended(job));
  });
  const auto first = host.read_line();
  if (first == "not root" || first.empty()) GTEST_SKIP() << "needs root, and setuid programs";
  const ProcessWatch command(std::stoi(first));
  EXPECT_EQ(host.read_line(), "not received");
  EXPECT_EQ(host.read_line(), "signals, survivors " + first);
}

// Its command has ended before, so no result can name it.
TEST_F(EngineSurvivors, ShutdownNamesABackgroundProcessOfAnotherUser) {
  const TemporaryDirectory directory;
  const std::string program = setuid_fugitive(directory);
  HelperProcess host = ordinary_host([&](const Channel& channel) {
    auto request = shell(program + " become-root & read line");
    request.stdin_mode = StdinMode::pipe;
    const auto job = submit(std::move(request));
    channel.send(std::to_string(wait_pid(job)));
    close_input(job);
    wait_finished(job);
    const auto survivors = shut_down(Millis(0));
    channel.send(survivors ? "survivors" + text_of(*survivors) : "failed");
  });
  const auto first = host.read_line();
  if (first == "not root" || first.empty()) GTEST_SKIP() << "needs root, and setuid programs";
  const ProcessWatch server(std::stoi(first));
  EXPECT_EQ(host.read_line(), "survivors " + first);
  ::kill(std::stoi(first), SIGKILL);
}

// A sandbox with a list of system calls refuses new ones with EPERM.
TEST_F(EngineSurvivors, TreeIsEndedInASandboxThatRefusesPidfds) {
  HelperProcess host([this](const Channel& channel) {
    if (!refuse_call({SYS_pidfd_send_signal}, EPERM)) {
      channel.send("no filters");
      return 0;
    }
    start();
    const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
    channel.send(std::to_string(wait_pid(job)));
    channel.send(ended(job));
    engine->abort(kHangGuard);
    engine->join();
    return 0;
  });
  const auto first = host.read_line();
  if (first == "no filters") GTEST_SKIP() << first;
  const ProcessWatch escaper(std::stoi(first));
  EXPECT_EQ(host.read_line(), "signals 15, survivors");
  escaper.wait_gone();
}

// ---- A chain of processes, each of which forks the next one and exits.

class Chain {
 public:
  Chain() {
    ::mkfifo(path().c_str(), 0600);
    // Before the writer, which waits for it.
    alive_.reset(::open(path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  std::string path() const { return directory_ / "alive"; }
  // True once its last process has ended.
  bool is_gone() const {
    pollfd entry{alive_.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0 && (entry.revents & POLLHUP) != 0;
  }

 private:
  const TemporaryDirectory directory_;
  UniqueFd alive_;
};

TEST_F(EngineSurvivors, ChainIsEndedOrNamed) {
  config.force_kill_after = Millis(50);
  CgroupHost host(CgroupHost::Groups::none, [this](const Channel& channel) {
    start();
    const Chain chain;
    const auto job = submit(fugitive({"chain", chain.path()}));
    wait_pid(job);
    cancel(job);
    const auto survivors = wait_finished(job)->termination->survivors;
    // What the result does not name must be gone.
    if (survivors.empty()) look_until("the end of the chain", [&] { return chain.is_gone(); });
    channel.send("ended or named");
    shut_down(Millis(0));
    engine.reset();
  });
  SKIP_WITHOUT_ROOT(host);
  EXPECT_EQ(host.read_line(), "ended or named");
}

TEST_F(EngineSurvivors, ChainEndsWithItsHost) {
  const Chain chain;
  CgroupHost host(CgroupHost::Groups::none, [&](const Channel& channel) {
    start();
    const auto job = submit(fugitive({"chain", chain.path()}));
    wait_pid(job);
    channel.send("runs");
    ::pause();
  });
  SKIP_WITHOUT_ROOT(host);
  ASSERT_EQ(host.read_line(), "runs");
  EXPECT_FALSE(chain.is_gone());
  host.process().kill();
  look_until("the end of the chain", [&] { return chain.is_gone(); });
}

}  // namespace
}  // namespace escher::test
