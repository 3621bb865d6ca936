// The initial state of a child, which does not depend on the state of the host.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "output/file_fixtures.hpp"
#include "process/host_state.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class ChildState : public ProcessRig {};

TEST_F(ChildState, HasExactlyStdinStdoutAndStderrOpen) {
  // An ordinary execve would keep them: they are not close-on-exec.
  std::vector<UniqueFd> inheritable;
  for (int minimum : {3, 20, 21, 22, 100, 300, 500}) {
    inheritable.emplace_back(::fcntl(2, F_DUPFD, minimum));
    ASSERT_TRUE(inheritable.back());
  }
  EXPECT_EQ(run_puppet({"descriptors"}).out, "0\n1\n2\n");
  LaunchOptions options;
  options.open_stdin = true;
  options.merge_stderr = true;
  EXPECT_EQ(run_puppet({"descriptors"}, options).out, "0\n1\n2\n");
}

TEST_F(ChildState, ReadsTheNullDeviceUnlessStdinIsRequested) {
  EXPECT_EQ(run_puppet({"stdin"}).out, "/dev/null\n");
  LaunchOptions options;
  options.open_stdin = true;
  EXPECT_EQ(run_puppet({"stdin"}, options).out.substr(0, 5), "pipe:");
}

TEST_F(ChildState, HasDefaultSignalsAndAnEmptyMask) {
  const auto before_pipe = std::signal(SIGPIPE, SIG_IGN);
  const auto before_term = std::signal(SIGTERM, SIG_IGN);
  const auto before_usr1 = std::signal(SIGUSR1, [](int) {});
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);

  HostState host_state;
  LaunchOptions options;
  options.host_state = &host_state;
  const auto outcome = run_puppet({"signals"}, options);
  const auto with_all_calls = run_puppet({"signals"});

  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::signal(SIGPIPE, before_pipe);
  std::signal(SIGTERM, before_term);
  std::signal(SIGUSR1, before_usr1);
  EXPECT_EQ(outcome.out,
            "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n");
  EXPECT_EQ(with_all_calls.out, outcome.out);
}

TEST_F(ChildState, LeadsItsOwnSessionWithoutATerminal) {
  EXPECT_EQ(run_puppet({"session"}).out, "leads its session and group\nno terminal\n");
}

TEST_F(ChildState, GetsItsArgumentsAndItsEnvironmentUnchanged) {
  EXPECT_EQ(run_puppet({"arguments", "", "two words", "*", "\xff\n"}).out,
            "[]\n[two words]\n[*]\n[\xff\n]\n");
  auto command = puppet_command({"environment"});
  command.env = std::make_shared<Environment>(Environment{"A=1", "EMPTY=", "B=x=y"});
  auto launched = launch(strand, command, {});
  ASSERT_TRUE(launched);
  const auto collector = std::make_shared<Collector>();
  read_all(*launched, collector);
  wait_and_reap(launched->process);
  EXPECT_EQ(collector->text[0], "A=1\nEMPTY=\nB=x=y\n");
}

TEST_F(ChildState, StartsInItsWorkingDirectory) {
  const TemporaryDirectory directory;
  LaunchOptions options;
  options.working_dir = directory.path();
  EXPECT_EQ(run_puppet({"working-dir"}, options).out,
            std::filesystem::canonical(directory.path()).string() + "\n");
}

TEST_F(ChildState, MergedStderrIsThePipeOfStdout) {
  LaunchOptions options;
  options.merge_stderr = true;
  EXPECT_EQ(run_puppet({"alternate", "6"}, options).out, "0\n1\n2\n3\n4\n5\n");
}

// Raises the soft limit like Node does, and expects the child to get the earlier one. Runs in its
// own process, because the earlier limit is determined once.
void raise_limit_and_launch() {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  boost::asio::io_context io;
  auto launched = launch(Strand(io.get_executor()), puppet_command({"open-files-limit"}), {});
  if (!launched) std::_Exit(2);
  const auto collector = std::make_shared<Collector>();
  launched->out.start(collector, *collector);
  launched->process.async_wait_exit([&] { launched->process.reap(); });
  io.run();
  std::_Exit(collector->text[0] == "321\n" ? 0 : 1);
}

TEST_F(ChildState, GetsTheSoftLimitOfOpenFilesFromBeforeTheHostRaisedIt) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";  // starts a new process
  rlimit before = {};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit lower = before;
  lower.rlim_cur = 321;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EXIT(raise_limit_and_launch(), testing::ExitedWithCode(0), "");
  ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace escher::test
