// launch(): pipes and errors, in ordinary hosts and in hosts that lack something.
#include "process/launcher.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "process/free_descriptors.hpp"
#include "stream/file_fixtures.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class Launcher : public ProcessRig {
 protected:
  Error launch_error(ResolvedCommand command, LaunchOptions options = {}) {
    auto launched = launch(strand, command, options);
    if (launched) throw std::logic_error("it was launched");
    return launched.error();
  }
};

TEST_F(Launcher, KeepsTheStreamsApart) {
  const auto outcome = run_puppet({"print", "to out", "to err"});
  EXPECT_EQ(outcome.out, "to out");
  EXPECT_EQ(outcome.err, "to err");
  EXPECT_EQ(outcome.ended.status.code, 0);
}

TEST_F(Launcher, GivesOnlyThePipesThatWereAskedFor) {
  auto plain = launch_puppet({"exit", "0"});
  EXPECT_TRUE(plain.err);
  EXPECT_FALSE(plain.in);
  wait_and_reap(plain.process);

  LaunchOptions options;
  options.open_stdin = true;
  options.merge_stderr = true;
  auto merged = launch_puppet({"exit", "0"}, options);
  EXPECT_FALSE(merged.err);
  EXPECT_TRUE(merged.in);
  wait_and_reap(merged.process);
}

TEST_F(Launcher, SaysWhichStepFailedAndAboutWhat) {
  const TemporaryDirectory directory;
  auto command = puppet_command({});
  command.executable = directory / "missing";
  const auto exec = launch_error(command);
  EXPECT_EQ(exec.code, ErrorCode::spawn_failed);
  EXPECT_EQ(exec.os_error, ENOENT);
  EXPECT_EQ(exec.syscall, "execve");
  EXPECT_EQ(exec.path, command.executable);
  EXPECT_EQ(exec.message, "Process spawn failed: execve ENOENT (No such file or directory) '" +
                              command.executable + "'");

  LaunchOptions options;
  options.working_dir = directory / "nowhere";
  const auto chdir = launch_error(puppet_command({}), options);
  EXPECT_EQ(chdir.syscall, "chdir");
  EXPECT_EQ(chdir.os_error, ENOENT);
  EXPECT_EQ(chdir.path, *options.working_dir);
}

TEST_F(Launcher, RefusesArgumentsThatAreTooLong) {
  auto command = puppet_command({"arguments", std::string(3 << 20, 'x')});
  EXPECT_EQ(launch_error(command).os_error, E2BIG);
}

TEST_F(Launcher, AFailureLeavesNoDescriptor) {
  auto command = puppet_command({});
  command.executable = "/nowhere/at/all";
  LaunchOptions options;
  options.open_stdin = true;
  launch_error(command, options);
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) launch_error(command, options);
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Launcher, WithoutFreeDescriptorsItFailsAtEachStepAndKeepsNone) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  run_puppet({"exit", "0"});  // what is opened once is open then
  const auto before = open_descriptors();
  LaunchOptions options;
  options.open_stdin = true;
  int attempts = 0;
  for (bool launched = false; !launched; ++attempts) {
    // One more each time, so that each descriptor in its turn is the one that is missing.
    auto attempt = [&] {
      const FreeDescriptors few(attempts);
      return launch(strand, puppet_command({"exit", "0"}), options);
    }();
    launched = attempt.has_value();
    if (launched) {
      wait_and_reap(attempt->process);
    } else {
      EXPECT_EQ(attempt.error().os_error, EMFILE) << attempt.error().message;
    }
  }
  EXPECT_GE(attempts, 7);
  EXPECT_EQ(open_descriptors(), before);
}

// The pipes of such a host lie at 0, 1 and 2, where the child's own have to go.
TEST_F(Launcher, WorksInAHostWithoutStdio) {
  HelperProcess host([](const HelperProcess::Channel& channel) {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    Rig rig;
    LaunchOptions options;
    options.open_stdin = true;
    auto command = rig.launch_puppet({"say-then-echo", "out:"}, options);
    const auto collector = std::make_shared<Collector>();
    command.in->write("through stdin", nullptr);
    command.in->close_when_written(nullptr);
    rig.read_all(command, collector);
    rig.wait_and_reap(command.process);
    channel.tell(collector->text[0]);
    auto plain = rig.run_puppet({"print", "one", "two"});
    channel.tell(plain.out + ' ' + plain.err);
    return 0;
  });
  EXPECT_EQ(host.read_line(), "out:through stdin");
  EXPECT_EQ(host.read_line(), "one two");
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(Launcher, AChildDiesWithAHostThatIsKilled) {
  HelperProcess host([](const HelperProcess::Channel& channel) -> int {
    Rig rig;
    auto command = rig.launch_puppet({"ignore-term"});
    channel.tell(std::to_string(command.process.pid()));
    for (;;) ::pause();
  });
  const ProcessWatch child(std::stoi(host.read_line()));
  EXPECT_TRUE(child.lives());
  host.kill();
  child.wait_gone();
  EXPECT_EQ(host.wait(), -SIGKILL);
}

TEST_F(Launcher, ReservesADescriptorForWhatIsOpenedNext) {
  LaunchOptions options;
  options.reserve = true;
  auto command = launch_puppet({"exit", "0"}, options);
  const auto with = open_descriptors().size();
  command.reserved.reset();
  EXPECT_EQ(open_descriptors().size(), with - 1);
  wait_and_reap(command.process);
}

}  // namespace
}  // namespace escher::test
