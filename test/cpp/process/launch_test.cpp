// launch(): pipes and errors, in ordinary hosts and in hosts without stdio or free descriptors.
#include "process/launch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "output/file_fixtures.hpp"
#include "process/free_descriptors.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class Launcher : public ProcessRig {
 protected:
  Error launch_error(ResolvedCommand command, LaunchOptions options = {}) {
    auto launched = launch(strand, command, options);
    if (launched) throw std::logic_error("the launch succeeded");
    return launched.error();
  }
};

TEST_F(Launcher, SeparatesStdoutAndStderr) {
  const auto outcome = run_puppet({"print", "to out", "to err"});
  EXPECT_EQ(outcome.out, "to out");
  EXPECT_EQ(outcome.err, "to err");
  EXPECT_EQ(outcome.ended.status.code, 0);
}

TEST_F(Launcher, ReturnsOnlyTheRequestedPipes) {
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

TEST_F(Launcher, ReportsTheFailedStepAndItsPath) {
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

TEST_F(Launcher, RejectsArgumentsThatAreTooLong) {
  auto command = puppet_command({"arguments", std::string(3 << 20, 'x')});
  EXPECT_EQ(launch_error(command).os_error, E2BIG);
}

TEST_F(Launcher, FailureLeavesNoDescriptor) {
  auto command = puppet_command({});
  command.executable = "/nowhere/at/all";
  LaunchOptions options;
  options.open_stdin = true;
  launch_error(command, options);
  const auto before = open_descriptors();
  for (int i = 0; i < 20; ++i) launch_error(command, options);
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Launcher, FailsAtEachStepWithoutFreeDescriptorsAndLeaksNone) {
  SKIP_UNLESS_DESCRIPTORS_CAN_RUN_OUT();
  run_puppet({"exit", "0"});  // opens the descriptors that the process keeps
  const auto before = open_descriptors();
  LaunchOptions options;
  options.open_stdin = true;
  int attempts = 0;
  for (bool launched = false; !launched; ++attempts) {
    // One more each time, so that each descriptor is missing once.
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

// The pipes of such a host have the numbers 0, 1 and 2, which the child needs for its own ends.
TEST_F(Launcher, WorksInAHostWithoutStdio) {
  HelperProcess host([](const HelperProcess::Channel& channel) {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    Rig rig;
    LaunchOptions options;
    options.open_stdin = true;
    auto command = rig.launch_puppet({"print-then-echo", "out:"}, options);
    const auto collector = std::make_shared<Collector>();
    command.in->write("through stdin", nullptr);
    command.in->close_when_written(nullptr);
    rig.read_all(command, collector);
    rig.wait_and_reap(command.process);
    channel.send(collector->text[0]);
    auto plain = rig.run_puppet({"print", "one", "two"});
    channel.send(plain.out + ' ' + plain.err);
    return 0;
  });
  EXPECT_EQ(host.read_line(), "out:through stdin");
  EXPECT_EQ(host.read_line(), "one two");
  EXPECT_EQ(host.wait(), 0);
}

TEST_F(Launcher, ChildDiesWithAKilledHost) {
  HelperProcess host([](const HelperProcess::Channel& channel) -> int {
    Rig rig;
    auto command = rig.launch_puppet({"ignore-term"});
    channel.send(std::to_string(command.process.pid()));
    for (;;) ::pause();
  });
  const ProcessWatch child(std::stoi(host.read_line()));
  EXPECT_TRUE(child.lives());
  host.kill();
  child.wait_gone();
  EXPECT_EQ(host.wait(), -SIGKILL);
}

// It outlives the engine that has started the host, too.
TEST_F(Launcher, ChildWithoutMarkHasNoMarkOfAnOuterEngine) {
  HelperProcess host([](const HelperProcess::Channel& channel) {
    const auto outer = limit_mark::mark({1, 2}, {RLIM_INFINITY, RLIM_INFINITY});
    rlimit limit{outer.soft, outer.hard};
    ::setrlimit(RLIMIT_RTTIME, &limit);
    Rig rig;
    auto command = rig.launch_puppet({"sleep"});
    ::prlimit(command.process.pid(), RLIMIT_RTTIME, nullptr, &limit);
    channel.send(limit_mark::is_mark(outer.hard) ? "marked" : "not marked");
    channel.send(limit_mark::is_mark(limit.rlim_max) ? "marked" : "not marked");
    command.process.signal_group(SIGKILL);
    rig.wait_and_reap(command.process);
    return 0;
  });
  EXPECT_EQ(host.read_line(), "marked");
  EXPECT_EQ(host.read_line(), "not marked");
}

TEST_F(Launcher, ReservesADescriptor) {
  LaunchOptions options;
  options.reserve = true;
  auto command = launch_puppet({"exit", "0"}, options);
  const auto with = open_descriptors().size();
  command.reserved.reset();
  EXPECT_EQ(open_descriptors().size(), with - 1);
  wait_and_reap(command.process);
}

// The errno of execve is about what the file needs, and not about the file.
TEST_F(Launcher, SaysWhatAnExecutableLacksThatIsThere) {
  const TemporaryDirectory directory;
  const auto message_for = [&](const std::string& content, int os_error) {
    auto command = puppet_command({});
    command.executable = directory / "script";
    write_file(command.executable, content);
    ::chmod(command.executable.c_str(), 0700);
    const auto error = launch_error(command);
    EXPECT_EQ(error.os_error, os_error);
    EXPECT_EQ(error.path, command.executable);
    const auto why = error.message.rfind("': ");
    return why == std::string::npos ? std::string() : error.message.substr(why + 3);
  };
  EXPECT_EQ(message_for("#! /no/such -x\necho\n", ENOENT),
            "the interpreter '/no/such' of its #! line does not exist");
  EXPECT_EQ(
      message_for("#!/bin/sh\r\necho\r\n", ENOENT),
      "its #! line ends with \\r\\n, and there is no interpreter '/bin/sh\\r'; convert the file "
      "to \\n line ends");
  write_file(directory / "plain", "");
  ::chmod((directory / "plain").c_str(), 0600);
  EXPECT_EQ(message_for("#!" + (directory / "plain") + "\n", EACCES),
            "the interpreter '" + (directory / "plain") + "' of its #! line is not executable");
}

TEST_F(Launcher, FindsTheExecutableThatItExplainsInTheDirectoryOfTheChild) {
  const TemporaryDirectory directory;
  write_file(directory / "script", "#!/no/such\n");
  ::chmod((directory / "script").c_str(), 0700);
  auto command = puppet_command({});
  command.executable = "./script";
  LaunchOptions options;
  options.working_dir = directory.path();
  EXPECT_NE(launch_error(command, options).message.find("'/no/such'"), std::string::npos);
}

}  // namespace
}  // namespace escher::test
