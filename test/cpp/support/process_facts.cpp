#include "support/process_facts.hpp"

#include <dirent.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "process/posix/text_file.hpp"
#include "support/waiting.hpp"

namespace escher::test {
namespace {

struct CloseDirectory {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

// Calls `use(number, descriptor of the directory)` for the entries that are numbers.
template <typename Use>
void for_each_number(const char* path, Use use) {
  const std::unique_ptr<DIR, CloseDirectory> dir(::opendir(path));
  while (const dirent* entry = ::readdir(dir.get())) {
    char* end = nullptr;
    const long number = std::strtol(entry->d_name, &end, 10);
    if (*end == '\0') use(static_cast<int>(number), ::dirfd(dir.get()));
  }
}

struct Stat {
  char state = 0;
  pid_t parent = 0;
};

Stat stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text, '\0');
  Stat stat;
  if (const auto name_end = text.rfind(')'); name_end != std::string::npos) {
    std::istringstream(text.substr(name_end + 1)) >> stat.state >> stat.parent;
  }
  return stat;
}

}  // namespace

std::set<int> open_descriptors() {
  std::set<int> open;
  for_each_number("/proc/self/fd", [&](int fd, int dir) {
    if (fd != dir) open.insert(fd);
  });
  return open;
}

std::vector<pid_t> own_children() {
  std::vector<pid_t> children;
  for_each_number("/proc", [&](int pid, int) {
    if (stat_of(pid).parent == ::getpid()) children.push_back(pid);
  });
  return children;
}

char state_of(pid_t pid) { return stat_of(pid).state; }

std::string command_line(pid_t pid) {
  // Not with a stream iterator, which throws if the process ends between open and read.
  std::string text = posix::contents_of("/proc/" + std::to_string(pid) + "/cmdline");
  while (text.ends_with('\0')) text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

void wait_stopped(pid_t child) {
  look_until("the stop of a child", [&] {
    siginfo_t info = {};
    const int answer =
        ::waitid(P_PID, static_cast<id_t>(child), &info, WSTOPPED | WNOHANG | WNOWAIT);
    return answer == 0 && info.si_pid == child;
  });
}

ProcessWatch::ProcessWatch(pid_t pid)
    : pid_(pid), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}

ProcessWatch::~ProcessWatch() {
  if (pidfd_) signal(SIGKILL);
}

bool ProcessWatch::lives() const {
  pollfd entry{pidfd_.get(), POLLIN, 0};
  return pidfd_ && ::poll(&entry, 1, 0) == 0;
}

void ProcessWatch::wait_gone() const {
  if (pidfd_) wait_readable(pidfd_.get(), "the end of process " + std::to_string(pid_));
}

void ProcessWatch::signal(int number) const {
  ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

}  // namespace escher::test
