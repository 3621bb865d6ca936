#if defined(__linux__)

#include "process/posix/process_table_linux.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
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

// `pid (name) state ppid pgrp session … starttime …`, where the name may hold anything,
// parentheses included.
bool read_process(int process, ProcessFacts* facts) {
  const int file = ::openat(process, "stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  char text[1024];
  const long size = read_some(file, text, sizeof text - 1);
  ::close(file);
  if (size <= 0) return false;
  text[size] = '\0';
  const char* name_end = ::strrchr(text, ')');
  if (name_end == nullptr) return false;
  facts->pid = 0;
  for (const char* digit = text; *digit >= '0' && *digit <= '9'; ++digit) {
    facts->pid = facts->pid * 10 + (*digit - '0');
  }
  return ::sscanf(name_end + 1,
                  " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
                  &facts->state, &facts->parent, &facts->group, &facts->session,
                  &facts->started) == 5;
}

bool environment_holds(int process, const char* text, size_t size, char* buffer,
                       size_t buffer_size) {
  const int file = ::openat(process, "environ", O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  // What may be the beginning of the text at the end of a block is kept for the next one.
  size_t kept = 0;
  bool found = false;
  while (!found) {
    const long got = read_some(file, buffer + kept, buffer_size - kept);
    if (got <= 0) break;
    const size_t filled = kept + static_cast<size_t>(got);
    found = ::memmem(buffer, filled, text, size) != nullptr;
    kept = filled < size - 1 ? filled : size - 1;
    ::memmove(buffer, buffer + filled - kept, kept);
  }
  ::close(file);
  return found;
}

bool signal_process(int process, const ProcessFacts& facts, int signal) {
  if (::syscall(SYS_pidfd_send_signal, process, signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH || errno == EPERM) return false;
  return signal_by_pidfd(process, facts, signal);
}

}  // namespace escher::posix

#endif
