#include "process/linux/proc/process_entry.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

namespace escher::posix {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct DirectoryEntry {  // the kernel's struct linux_dirent64
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

pid_t parse_pid(const char* text) {
  pid_t value = 0;
  for (; *text >= '0' && *text <= '9'; ++text) value = value * 10 + (*text - '0');
  return *text == '\0' ? value : 0;
}

long read_some(int fd, char* buffer, size_t size) {
  long got;
  do {
    got = ::read(fd, buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

// `pid (name) state ppid pgrp session … starttime vsize … env_start env_end exit_code`. The name
// may hold any character, parentheses included.
struct StatLine {
  char text[2048];

  // The text after the name; null if the process is gone.
  const char* read(int process) {
    const int file = ::openat(process, "stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    const long size = read_some(file, text, sizeof text - 1);
    ::close(file);
    if (size <= 0) return nullptr;
    text[size] = '\0';
    const char* name_end = ::strrchr(text, ')');
    return name_end == nullptr ? nullptr : name_end + 1;
  }
};

// How many reads may return nothing although the environment is there: an execve between the read
// and the check explains one of them, but not several.
constexpr int kReadsOfAnother = 4;

enum class Environment { none, not_yet, there };

// The field with this number as proc(5) counts them. The first one after the name is number 3.
unsigned long long field(const char* behind_name, int number) {
  const char* at = behind_name;
  for (int i = 3; i < number && at != nullptr; ++i) at = ::strchr(at + 1, ' ');
  return at == nullptr ? 0 : ::strtoull(at, nullptr, 10);
}

constexpr int kMemory = 23;
constexpr int kEnvironmentStart = 50;
constexpr int kEnvironmentEnd = 51;

// Checks the bounds of the environment, which are 0 until execve has laid it out.
Environment look_at_environment(int process) {
  StatLine line;
  const char* behind_name = line.read(process);
  if (behind_name == nullptr || field(behind_name, kMemory) == 0) return Environment::none;
  const auto end = field(behind_name, kEnvironmentEnd);
  if (end == 0) return Environment::not_yet;
  return field(behind_name, kEnvironmentStart) == end ? Environment::none : Environment::there;
}

// Negative: it may not be read.
long read_environ(int process, char* buffer, size_t size) {
  const int file = ::openat(process, "environ", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const long got = read_some(file, buffer, size);
  ::close(file);
  return got;
}

void pause_for(long us) {
  const timespec time = {0, us * 1000};
  ::nanosleep(&time, nullptr);
}

// `thread`: the directory of the process or of one of its threads.
long read_environment_of(int thread, char* buffer, size_t size, ExecPatience* patience) {
  int overtaken = 0;
  for (long pause_us = 50;; pause_us *= 2) {
    const long got = read_environ(thread, buffer, size);
    if (got != 0) return got;
    switch (look_at_environment(thread)) {
      case Environment::none:
        return 0;
      case Environment::there:
        // It appeared between the read and the check. If it stays unreadable, waiting does not
        // help.
        if (++overtaken == kReadsOfAnother) return 0;
        break;
      case Environment::not_yet:
        if (patience->left_us <= 0) return 0;
        pause_for(pause_us < patience->left_us ? pause_us : patience->left_us);
        patience->left_us -= pause_us;
    }
  }
}

// It costs a sixth of the file, and for nearly every process of the machine the file is left out.
// The answer may be that of a process that reuses the number: then this one is gone. False: it may
// have a mark, or the question is not allowed.
bool has_no_mark(pid_t pid) {
  rlimit limit = {};
  return ::prlimit(pid, RLIMIT_RTTIME, nullptr, &limit) == 0 &&
         !limit_mark::is_mark(limit.rlim_max);
}

// The line is `Max realtime timeout      <soft>               <hard>               us`.
limit_mark::Limits read_mark_file(int process) {
  const int file = ::openat(process, "limits", O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  char text[4096];
  const long size = read_some(file, text, sizeof text - 1);
  ::close(file);
  if (size <= 0) return {};
  text[size] = '\0';
  const char* line = ::strstr(text, "Max realtime timeout");
  unsigned long long soft = 0, hard = 0;
  const bool is_marked =
      line != nullptr && ::sscanf(line, "Max realtime timeout %llu %llu", &soft, &hard) == 2;
  return is_marked ? limit_mark::Limits{soft, hard} : limit_mark::Limits();
}

// For a kernel or a sandbox that does not accept the directory as a pidfd.
bool signal_by_pidfd(int process, const ProcessFacts& facts, int signal) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, facts.pid, 0));
  if (pidfd < 0) return false;
  // The number may have been reused before the pidfd was opened.
  ProcessFacts now;
  const bool same = read_process(process, &now) && now.started == facts.started;
  const bool sent = same && ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
  ::close(pidfd);
  return sent;
}

// The process belongs to another user, which refuses this one too, or a sandbox refuses the system
// call of pidfds.
bool signal_by_number(int process, const ProcessFacts& facts, int signal) {
  ProcessFacts now;
  return read_process(process, &now) && now.started == facts.started &&
         ::kill(facts.pid, signal) == 0;
}

}  // namespace

int open_process_table() { return sees_own_process() ? ::open("/proc", kOpenDirectory) : -1; }

bool sees_own_process() {
  char target[16];
  const ssize_t size = ::readlink("/proc/self", target, sizeof target - 1);
  if (size <= 0) return false;
  target[size] = '\0';
  return parse_pid(target) == ::getpid();
}

pid_t ProcessNumbers::next() {
  for (;;) {
    if (at_ >= filled_) {
      filled_ = ::syscall(SYS_getdents64, table_, buffer_, sizeof buffer_);
      at_ = 0;
      if (filled_ <= 0) return 0;
    }
    const auto* entry = reinterpret_cast<const DirectoryEntry*>(buffer_ + at_);
    at_ += entry->length;
    if (const pid_t pid = parse_pid(entry->name)) return pid;
  }
}

int open_process(int table, pid_t pid) {
  char name[16];
  ::snprintf(name, sizeof name, "%d", pid);
  return ::openat(table, name, kOpenDirectory);
}

bool read_process(int process, ProcessFacts* facts) {
  StatLine line;
  const char* behind_name = line.read(process);
  if (behind_name == nullptr) return false;
  facts->pid = 0;
  for (const char* digit = line.text; *digit >= '0' && *digit <= '9'; ++digit) {
    facts->pid = facts->pid * 10 + (*digit - '0');
  }
  return ::sscanf(
             behind_name,
             " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d %*d %llu %lu",
             &facts->state, &facts->parent, &facts->group, &facts->session, &facts->threads,
             &facts->started, &facts->memory) == 7;
}

int open_live_thread(int process, const ProcessFacts& facts) {
  const int threads = ::openat(process, "task", kOpenDirectory);
  if (threads < 0) return -1;
  int found = -1;
  ProcessNumbers numbers(threads);
  while (const pid_t thread = found < 0 ? numbers.next() : 0) {
    if (thread == facts.pid) continue;
    found = open_process(threads, thread);
    ProcessFacts now;
    if (found < 0 || (read_process(found, &now) && now.has_first_thread())) continue;
    ::close(found);
    found = -1;
  }
  ::close(threads);
  return found;
}

unsigned long long current_tick() {
  timespec now = {};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto per_second = static_cast<unsigned long long>(::sysconf(_SC_CLK_TCK));
  const auto ns = static_cast<unsigned long long>(now.tv_nsec);
  return static_cast<unsigned long long>(now.tv_sec) * per_second +
         ns / (1'000'000'000 / per_second);
}

const char* find_variable(const char* environment, size_t environment_size, const char* name,
                          size_t* size) {
  const size_t name_size = ::strlen(name);
  const char* const end = environment + environment_size;
  for (const char* entry = environment; entry < end;) {
    const void* nul = ::memchr(entry, '\0', static_cast<size_t>(end - entry));
    const char* const entry_end = nul == nullptr ? end : static_cast<const char*>(nul);
    const auto entry_size = static_cast<size_t>(entry_end - entry);
    if (entry_size > name_size && entry[name_size] == '=' &&
        ::memcmp(entry, name, name_size) == 0) {
      *size = entry_size - name_size - 1;
      return entry + name_size + 1;
    }
    entry = entry_end + 1;
  }
  return nullptr;
}

long read_environment(int process, const ProcessFacts& facts, char* buffer, size_t size,
                      ExecPatience* patience) {
  if (facts.has_first_thread()) {
    return facts.memory == 0 ? 0 : read_environment_of(process, buffer, size, patience);
  }
  const int thread = facts.lives() ? open_live_thread(process, facts) : -1;
  if (thread < 0) return 0;
  const long got = read_environment_of(thread, buffer, size, patience);
  ::close(thread);
  return got;
}

limit_mark::Limits read_mark(int process, const ProcessFacts& facts) {
  return has_no_mark(facts.pid) ? limit_mark::Limits() : read_mark_file(process);
}

bool signal_process(int process, const ProcessFacts& facts, int signal) {
  if (::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  if (errno == EPERM) return signal_by_number(process, facts, signal);
  return signal_by_pidfd(process, facts, signal);
}

}  // namespace escher::posix
