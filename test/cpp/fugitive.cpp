// Descendants that are hard to find: `fugitive MODE [ARGUMENT…]`. Each mode names the process in
// question in its first line. None outlives its alarm.
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern char** environ;

namespace {

using Arguments = std::vector<std::string>;

constexpr unsigned kLongestLife = 60;  // seconds

void print_pid() {
  const std::string line = std::to_string(::getpid()) + '\n';
  if (::write(1, line.data(), line.size()) < 0) ::_exit(99);
}

int wait_for_the_end() {
  for (;;) ::pause();
}

void close_output() {
  const int null_device = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null_device, fd);
}

bool has(const Arguments& arguments, std::string_view word) {
  for (const auto& argument : arguments) {
    if (argument == word) return true;
  }
  return false;
}

// Calls `life` in a descendant that has left its session and lost its parent; the leader stays.
// "bare": it has cleared its environment, too. "brief": the leader exits.
template <typename Life>
int as_daemon(const Arguments& arguments, const char* mode, Life life) {
  if (::fork() != 0) return has(arguments, "brief") ? 0 : wait_for_the_end();
  ::setsid();
  if (::fork() != 0) ::_exit(0);
  ::alarm(kLongestLife);
  if (!has(arguments, "bare")) return life();
  const char* keep = has(arguments, "keep") ? "keep" : "";
  const char* const argv[] = {"fugitive", mode, keep, nullptr};
  const char* const no_environment[] = {nullptr};
  ::execve("/proc/self/exe", const_cast<char**>(argv), const_cast<char**>(no_environment));
  return 99;
}

char own_state() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  return text[text.rfind(')') + 2];
}

// Its first thread has ended, while another one lives: it looks like a zombie. "keep": it keeps the
// pipes.
int headless(const Arguments& arguments) {
  const bool keeps_output = has(arguments, "keep");
  std::thread([keeps_output] {
    while (own_state() != 'Z') ::usleep(1000);
    print_pid();
    if (!keeps_output) close_output();
    wait_for_the_end();
  }).detach();
  ::pthread_exit(nullptr);
}

int headless_daemon(const Arguments& arguments) {
  return as_daemon(arguments, "headless", [&] { return headless(arguments); });
}

// Its environment and its descriptors can be read by root only.
int opaque_daemon(const Arguments& arguments) {
  return as_daemon(arguments, "opaque", [] {
    ::prctl(PR_SET_DUMPABLE, 0);
    print_pid();
    close_output();
    return wait_for_the_end();
  });
}

// As a server that shows its state in its title, written over its environment.
int overwriting_daemon(const Arguments& arguments) {
  return as_daemon(arguments, "overwriting", [] {
    for (char** entry = environ; *entry != nullptr; ++entry)
      ::memset(*entry, 'x', ::strlen(*entry));
    print_pid();
    close_output();
    return wait_for_the_end();
  });
}

// As a program of another user: the file is of root and has the setuid bit.
int become_root(const Arguments&) {
  if (::setresuid(0, 0, 0) != 0) return 98;
  print_pid();
  close_output();
  return wait_for_the_end();
}

// Forks and exits all the time, each process in a session of its own. It holds the FIFO open for
// writing, so the reader notices its end.
int chain(const Arguments& arguments) {
  const int alive = ::open(arguments.at(0).c_str(), O_WRONLY);
  if (::fork() != 0) {
    ::close(alive);
    return wait_for_the_end();
  }
  print_pid();
  close_output();
  const std::time_t end = std::time(nullptr) + kLongestLife;
  while (std::time(nullptr) < end) {
    ::setsid();
    if (::fork() > 0) ::_exit(0);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  ::alarm(kLongestLife);
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const Arguments arguments(argv + 2, argv + argc);
  if (mode == "headless") return headless(arguments);
  if (mode == "headless-daemon") return headless_daemon(arguments);
  if (mode == "opaque-daemon") return opaque_daemon(arguments);
  if (mode == "overwriting-daemon") return overwriting_daemon(arguments);
  if (mode == "become-root") return become_root(arguments);
  if (mode == "chain") return chain(arguments);
  return 97;
}
