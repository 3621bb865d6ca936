// The child program of the tests: `puppet MODE [ARGUMENT…]`. Each mode is one behaviour of a child.
// An alarm ends every process that a test leaves running.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/pattern.hpp"

extern char** environ;

namespace {

using Arguments = std::vector<std::string>;

constexpr unsigned kLongestLife = 60;  // seconds

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) std::exit(99);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void print_line(const std::string& line) { write_all(1, line + '\n'); }

int number(const Arguments& arguments, std::size_t index, int otherwise = 0) {
  return index < arguments.size() ? std::stoi(arguments[index]) : otherwise;
}

int pause_forever() {
  for (;;) ::pause();
}

// Runs `life` in a child, with an alarm of its own: alarms are not inherited.
template <typename Life>
pid_t with_child(Life life) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::alarm(kLongestLife);
  life();
  pause_forever();
  return 0;
}

void redirect_output() {
  const int null_device = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null_device, fd);
}

// ---- Exits and signals.

int exit_with(const Arguments& arguments) { return number(arguments, 0); }

int die_of(const Arguments& arguments) {
  std::raise(number(arguments, 0));
  return 0;
}

int sleep_until_signalled(const Arguments&) {
  print_line("ready");
  return pause_forever();
}

int ignore_term(const Arguments&) {
  std::signal(SIGTERM, SIG_IGN);
  print_line("ready");
  return pause_forever();
}

int exit_on_term(const Arguments& arguments) {
  static int code;
  code = number(arguments, 0);
  std::signal(SIGTERM, [](int) { ::_exit(code); });
  print_line("ready");
  return pause_forever();
}

int report_signal(const Arguments& arguments) {
  const int signal = number(arguments, 0);
  std::signal(signal, [](int) { write_all(1, "got it\n"); });
  print_line("ready");
  return pause_forever();
}

int stop(const Arguments& arguments) {
  if (!arguments.empty() && arguments[0] == "ignoring-term") std::signal(SIGTERM, SIG_IGN);
  std::raise(SIGSTOP);
  print_line("continued");
  return pause_forever();
}

// ---- Trees. The first line is the pid of the grandchild.

// The leader writes N bytes and exits. The grandchild holds the pipes.
int hold_pipe(const Arguments& arguments) {
  const pid_t grandchild = with_child([] {});
  write_all(2, std::to_string(grandchild) + '\n');
  write_all(1, escher::test::pattern(static_cast<std::size_t>(number(arguments, 0))));
  return 0;
}

// SIGTERM ends the leader. The grandchild ignores it, and holds no pipe.
int leave_stubborn_member(const Arguments&) {
  int ready[2];
  if (::pipe(ready) != 0) return 99;
  const pid_t grandchild = with_child([&] {
    std::signal(SIGTERM, SIG_IGN);
    redirect_output();
    write_all(ready[1], "!");
  });
  char byte;
  if (::read(ready[0], &byte, 1) != 1) return 99;
  print_line(std::to_string(grandchild));
  return pause_forever();
}

// The leader and the grandchild ignore SIGTERM.
int stubborn_tree(const Arguments&) {
  std::signal(SIGTERM, SIG_IGN);
  print_line(std::to_string(with_child([] {})));
  return pause_forever();
}

// SIGTERM ends the leader and the grandchild.
int obedient_tree(const Arguments&) {
  print_line(std::to_string(with_child([] { redirect_output(); })));
  return pause_forever();
}

// ---- Output and input.

int print(const Arguments& arguments) {
  write_all(1, arguments.at(0));
  if (arguments.size() > 1) write_all(2, arguments[1]);
  return 0;
}

int print_pattern(const Arguments& arguments) {
  const int fd = number(arguments, 1, 1);
  write_all(fd, escher::test::pattern(static_cast<std::size_t>(number(arguments, 0))));
  return 0;
}

int print_lines(const Arguments& arguments) {
  std::string text;
  for (int i = 0; i < number(arguments, 0); ++i) text += "line " + std::to_string(i) + '\n';
  write_all(1, text);
  return 0;
}

// Writes to stdout and to stderr in turn.
int alternate(const Arguments& arguments) {
  for (int i = 0; i < number(arguments, 0); ++i) {
    write_all(1 + i % 2, std::to_string(i) + '\n');
  }
  return 0;
}

int flood(const Arguments&) {
  const std::string chunk(4096, 'x');
  for (;;) write_all(1, chunk + '\n');
}

int one_long_line(const Arguments& arguments) {
  const std::string mebibyte(1024 * 1024, 'x');
  for (int i = 0; i < number(arguments, 0); ++i) write_all(1, mebibyte);
  return 0;
}

template <typename Chunk>
void read_all(Chunk chunk) {
  static char buffer[65'536];
  for (;;) {
    const ssize_t count = ::read(0, buffer, sizeof buffer);
    if (count <= 0) return;
    chunk(std::string_view(buffer, static_cast<std::size_t>(count)));
  }
}

// Copies stdin to stdout, so the test controls when the child writes.
int echo(const Arguments&) {
  read_all([](std::string_view chunk) { write_all(1, chunk); });
  return 0;
}

int print_then_echo(const Arguments& arguments) {
  write_all(1, arguments.at(0));
  return echo({});
}

int close_stdin(const Arguments&) {
  ::close(0);
  print_line("closed");
  return pause_forever();
}

// Exits after one byte, so the pipe of the writer has no reader.
int read_one_byte(const Arguments&) {
  char byte;
  return ::read(0, &byte, 1) == 1 ? 0 : 1;
}

// ---- The inherited state.

int show_arguments(const Arguments& arguments) {
  for (const auto& argument : arguments) print_line('[' + argument + ']');
  return 0;
}

int show_environment(const Arguments&) {
  for (char** entry = environ; *entry != nullptr; ++entry) print_line(*entry);
  return 0;
}

int show_working_dir(const Arguments&) {
  char path[4096];
  print_line(::getcwd(path, sizeof path) != nullptr ? path : "?");
  return 0;
}

int show_descriptors(const Arguments&) {
  std::vector<int> open;
  DIR* dir = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(dir)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != ::dirfd(dir)) open.push_back(fd);
  }
  std::sort(open.begin(), open.end());
  for (const int fd : open) print_line(std::to_string(fd));
  return 0;
}

int show_stdin(const Arguments&) {
  char path[256] = {};
  print_line(::readlink("/proc/self/fd/0", path, sizeof path - 1) > 0 ? path : "?");
  return 0;
}

int show_signals(const Arguments&) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    const std::string_view name = std::string_view(line).substr(0, 6);
    if (name == "SigBlk" || name == "SigIgn" || name == "SigCgt") print_line(line);
  }
  return 0;
}

int show_session(const Arguments&) {
  const bool leads = ::getsid(0) == ::getpid() && ::getpgrp() == ::getpid();
  print_line(leads ? "leads its session and group" : "does not lead its session and group");
  print_line(::open("/dev/tty", O_RDWR) < 0 ? "no terminal" : "has a terminal");
  return 0;
}

int show_open_files_limit(const Arguments&) {
  rlimit limit = {};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  print_line(std::to_string(limit.rlim_cur));
  return 0;
}

// ---- Other modes.

int burn(const Arguments& arguments) {
  const auto wanted = static_cast<std::clock_t>(number(arguments, 0)) * CLOCKS_PER_SEC / 1000;
  const std::string touched(static_cast<std::size_t>(number(arguments, 1)) * 1024 * 1024, 'x');
  while (std::clock() < wanted) {
  }
  return touched.empty() ? 1 : 0;
}

int rename_self(const Arguments& arguments) {
  ::prctl(PR_SET_NAME, arguments.at(0).c_str());
  return sleep_until_signalled({});
}

// Any process may trace it, also on systems that restrict ptrace.
int be_traceable(const Arguments&) {
  ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  return sleep_until_signalled({});
}

using Mode = int (*)(const Arguments&);

const std::map<std::string_view, Mode> kModes{
    {"exit", exit_with},
    {"die", die_of},
    {"sleep", sleep_until_signalled},
    {"ignore-term", ignore_term},
    {"exit-on-term", exit_on_term},
    {"report-signal", report_signal},
    {"stop", stop},
    {"hold-pipe", hold_pipe},
    {"stubborn-member", leave_stubborn_member},
    {"stubborn-tree", stubborn_tree},
    {"obedient-tree", obedient_tree},
    {"print", print},
    {"pattern", print_pattern},
    {"lines", print_lines},
    {"alternate", alternate},
    {"flood", flood},
    {"long-line", one_long_line},
    {"echo", echo},
    {"print-then-echo", print_then_echo},
    {"close-stdin", close_stdin},
    {"read-one-byte", read_one_byte},
    {"arguments", show_arguments},
    {"environment", show_environment},
    {"working-dir", show_working_dir},
    {"descriptors", show_descriptors},
    {"stdin", show_stdin},
    {"signals", show_signals},
    {"session", show_session},
    {"open-files-limit", show_open_files_limit},
    {"burn", burn},
    {"rename", rename_self},
    {"traceable", be_traceable},
};

}  // namespace

int main(int argc, char** argv) {
  ::alarm(kLongestLife);
  const auto mode = kModes.find(argc > 1 ? argv[1] : "");
  if (mode == kModes.end()) {
    std::fprintf(stderr, "no such mode\n");
    return 98;
  }
  return mode->second(Arguments(argv + 2, argv + argc));
}
