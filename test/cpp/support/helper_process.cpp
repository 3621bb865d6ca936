#include "support/helper_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>

#include "support/process_facts.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

constexpr unsigned kLongestLife = 60;  // seconds

// Above the descriptors that a helper process closes.
constexpr int kHighDescriptor = 200;

}  // namespace

void HelperProcess::Channel::send(const std::string& line) const {
  const std::string text = line + '\n';
  if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(96);
}

HelperProcess::HelperProcess(const std::function<int(const Channel&)>& body) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::system_category());
  read_end_.reset(ends[0]);
  const UniqueFd write_end(ends[1]);
  pid_ = ::fork();
  if (pid_ != 0) return;

  ::alarm(kLongestLife);
  const Channel channel(::fcntl(write_end.get(), F_DUPFD_CLOEXEC, kHighDescriptor));
  ::close(ends[0]);
  ::close(ends[1]);
  try {
    ::_exit(body(channel));
  } catch (const std::exception& error) {
    channel.send(error.what());
    ::_exit(97);
  }
}

HelperProcess::~HelperProcess() {
  if (reaped_) return;
  kill();
  wait();
}

std::string HelperProcess::read_line() {
  std::string line;
  for (char byte;;) {
    wait_readable(read_end_.get(), "a line of the helper process");
    if (::read(read_end_.get(), &byte, 1) != 1 || byte == '\n') return line;
    line += byte;
  }
}

void HelperProcess::kill() { ::kill(pid_, SIGKILL); }

int HelperProcess::wait() {
  ProcessWatch(pid_).wait_gone();
  int status = 0;
  ::waitpid(pid_, &status, 0);
  reaped_ = true;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace escher::test
