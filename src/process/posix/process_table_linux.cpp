#if defined(__linux__)

#include "process/posix/process_table_linux.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

// `pid (name) state ppid pgrp session … starttime vsize … env_start env_end exit_code`, where the
// name may hold anything, parentheses included.
struct StatLine {
  char text[2048];

  // What is behind the name; nothing if the process is gone.
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

// Once to be overtaken by an execve is bad luck; so often it is not.
constexpr int kReadsOfAnother = 4;

enum class Environment { none, not_yet, there };

// The field with this number, as proc(5) counts them: the one behind the name is the third.
unsigned long long field(const char* behind_name, int number) {
  const char* at = behind_name;
  for (int i = 3; i < number && at != nullptr; ++i) at = ::strchr(at + 1, ' ');
  return at == nullptr ? 0 : ::strtoull(at, nullptr, 10);
}

constexpr int kMemory = 23;
constexpr int kEnvironmentStart = 50;
constexpr int kEnvironmentEnd = 51;

// By its borders, which are 0 until execve has laid it out.
Environment look_at_environment(int process) {
  StatLine line;
  const char* behind_name = line.read(process);
  if (behind_name == nullptr || field(behind_name, kMemory) == 0) return Environment::none;
  const auto end = field(behind_name, kEnvironmentEnd);
  if (end == 0) return Environment::not_yet;
  return field(behind_name, kEnvironmentStart) == end ? Environment::none : Environment::there;
}

// Less than 0: it may not be read.
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

// What refuses the directory as a pidfd: Linux before 5.1, and a sandbox that knows no better.
bool signal_by_pidfd(int process, const ProcessFacts& facts, int signal) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, facts.pid, 0));
  if (pidfd < 0) return false;
  // The number may have gone to another process before it was opened.
  ProcessFacts now;
  const bool same = read_process(process, &now) && now.started == facts.started;
  const bool sent = same && ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
  ::close(pidfd);
  return sent;
}

}  // namespace

int open_process_table() { return ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC); }

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
  return ::openat(table, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
             " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu %lu",
             &facts->state, &facts->parent, &facts->group, &facts->session, &facts->started,
             &facts->memory) == 6;
}

long read_environment(int process, const ProcessFacts& facts, char* buffer, size_t size,
                      ExecPatience* patience) {
  if (facts.memory == 0) return 0;
  int overtaken = 0;
  for (long pause_us = 50;; pause_us *= 2) {
    const long got = read_environ(process, buffer, size);
    if (got != 0) return got > 0 ? got : 0;
    switch (look_at_environment(process)) {
      case Environment::none:
        return 0;
      case Environment::there:
        // It came between the two looks. Where it stays unreadable, waiting would not help.
        if (++overtaken == kReadsOfAnother) return 0;
        break;
      case Environment::not_yet:
        if (patience->left_us <= 0) return 0;
        pause_for(pause_us < patience->left_us ? pause_us : patience->left_us);
        patience->left_us -= pause_us;
    }
  }
}

bool signal_process(int process, const ProcessFacts& facts, int signal) {
  if (::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH || errno == EPERM) return false;
  return signal_by_pidfd(process, facts, signal);
}

}  // namespace escher::posix

#endif
