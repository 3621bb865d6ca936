#if defined(__linux__)

#include <fcntl.h>

#include <cstring>
#include <string>

#include "process/posix/process_table_linux.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

// Enough for all but a few environments to be read at once.
constexpr std::size_t kBlock = 64 * 1024;

std::string read_all(int fd) {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + kBlock);
    const ssize_t got = ::read(fd, text.data() + before, kBlock);
    text.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got <= 0) return text;
  }
}

// Out of `NAME=value` entries, each with its NUL.
std::string marker_in(const std::string& environment) {
  const std::string name = std::string(kMarkerName) + '=';
  for (std::size_t at = 0; at < environment.size();) {
    const char* entry = environment.c_str() + at;
    const std::size_t size = std::strlen(entry);
    if (size > name.size() && std::strncmp(entry, name.c_str(), name.size()) == 0) {
      return entry + name.size();
    }
    at += size + 1;
  }
  return {};
}

std::string marker_of(int process) {
  const UniqueFd file(::openat(process, "environ", O_RDONLY | O_CLOEXEC));
  return file ? marker_in(read_all(file.get())) : std::string();
}

std::optional<posix::ProcessFacts> facts_of(int pid) {
  const UniqueFd table(posix::open_process_table());
  if (!table) return std::nullopt;
  const UniqueFd process(posix::open_process(table.get(), pid));
  posix::ProcessFacts facts;
  if (!process || !posix::read_process(process.get(), &facts)) return std::nullopt;
  return facts;
}

ProcessEntry entry_of(const posix::ProcessFacts& facts) {
  ProcessEntry entry;
  entry.pid = facts.pid;
  entry.parent = facts.parent;
  entry.group = facts.group;
  entry.session = facts.session;
  entry.started = facts.started;
  entry.lives = facts.lives();
  return entry;
}

}  // namespace

std::optional<std::vector<ProcessEntry>> read_processes(const Marker& marker, std::uint64_t since) {
  const UniqueFd table(posix::open_process_table());
  if (!table) return std::nullopt;
  std::vector<ProcessEntry> processes;
  posix::ProcessNumbers numbers(table.get());
  while (const pid_t pid = numbers.next()) {
    const UniqueFd process(posix::open_process(table.get(), pid));
    posix::ProcessFacts facts;
    if (!process || !posix::read_process(process.get(), &facts)) continue;
    processes.push_back(entry_of(facts));
    if (facts.lives() && facts.started >= since && pid != ::getpid()) {
      processes.back().execution = marker.execution_in(marker_of(process.get()));
    }
  }
  if (processes.empty()) return std::nullopt;
  return processes;
}

std::uint64_t start_time_of(int pid) {
  const auto facts = facts_of(pid);
  return facts ? facts->started : 0;
}

std::uint64_t own_start_time() { return start_time_of(::getpid()); }

bool lives(const TreeMember& member) {
  const auto facts = facts_of(member.pid);
  return facts && facts->started == member.started && facts->lives();
}

bool signal_process(const TreeMember& member, int signal) {
  const UniqueFd table(posix::open_process_table());
  if (!table) return false;
  const UniqueFd process(posix::open_process(table.get(), member.pid));
  posix::ProcessFacts facts;
  return process && posix::read_process(process.get(), &facts) && facts.started == member.started &&
         posix::signal_process(process.get(), facts, signal);
}

// Not by getenv: another thread may be changing the environment.
std::string own_marker() {
  const UniqueFd file(::open("/proc/self/environ", O_RDONLY | O_CLOEXEC));
  return file ? marker_in(read_all(file.get())) : std::string();
}

}  // namespace escher

#endif
