// Launches by CloneLauncher without the rest of the engine: the child writes to a pipe that the
// test reads to its end.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "process/linux/launch/clone_launcher.hpp"
#include "process/posix/initializers.hpp"
#include "support/process_facts.hpp"
#include "support/puppet_path.hpp"

namespace escher::test {

inline std::string read_to_end(int fd) {
  std::string text;
  char chunk[4096];
  for (;;) {
    const ssize_t size = ::read(fd, chunk, sizeof chunk);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(chunk, static_cast<std::size_t>(size));
  }
}

inline int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

class LauncherTest : public testing::Test {
 protected:
  LauncherTest() : null_device(::open("/dev/null", O_RDWR | O_CLOEXEC)) {}
  ~LauncherTest() override { EXPECT_EQ(own_children(), std::vector<pid_t>{}); }

  using Words = std::vector<const char*>;

  // `words`: the program and its arguments.
  template <typename... Inits>
  static posix::LaunchOutcome launch(Words words, Inits&&... inits) {
    words.push_back(nullptr);
    const posix::Path executable(words[0]);
    return posix::CloneLauncher().launch(executable, words.data(), inits...);
  }

  // What the child prints, with these initializers after its stdio.
  template <typename... Inits>
  std::string output_of(Words words, Inits&&... inits) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return "no pipe";
    const UniqueFd read_end(ends[0]);
    UniqueFd write_end(ends[1]);
    v2::process_stdio stdio{null_device.get(), write_end.get(), write_end.get()};
    const auto outcome = launch(std::move(words), stdio, inits...);
    write_end.reset();
    if (!outcome.ok()) return std::string(outcome.failed_step) + " failed";
    std::string text = read_to_end(read_end.get());
    wait_for(outcome.pid);
    return text;
  }

  static std::string step_and_error(const posix::LaunchOutcome& outcome) {
    if (!outcome.ok()) {
      return std::string(outcome.failed_step) + ": " + std::strerror(outcome.os_error);
    }
    wait_for(outcome.pid);
    return "launched";
  }

  static void expect_failure(const posix::LaunchOutcome& outcome, const char* step, int os_error) {
    EXPECT_EQ(step_and_error(outcome), std::string(step) + ": " + std::strerror(os_error));
    EXPECT_EQ(outcome.pid, -1);
    EXPECT_FALSE(outcome.pidfd);
  }

  UniqueFd null_device;
};

}  // namespace escher::test
