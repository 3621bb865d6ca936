#include "process/pipe_holders.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "process/linux/proc/process_entry.hpp"
#include "process/posix/pseudo_terminal.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {
namespace {

using Names = std::vector<std::string>;

// The targets of the links in `/proc/<pid>/fd`.
Names names_of(const std::vector<std::uint64_t>& pipes) {
  Names names;
  for (const std::uint64_t pipe : pipes) {
    const bool is_terminal = (pipe & posix::kTerminalIdentity) != 0;
    names.push_back(is_terminal ? "/dev/pts/" + std::to_string(pipe & ~posix::kTerminalIdentity)
                                : "pipe:[" + std::to_string(pipe) + "]");
  }
  return names;
}

// The mode of the link shows how the descriptor was opened.
bool is_writing_end(int descriptors, const char* fd, const Names& names) {
  char target[64];
  const ssize_t size = ::readlinkat(descriptors, fd, target, sizeof target);
  if (size <= 0) return false;
  const std::string_view name(target, static_cast<std::size_t>(size));
  if (std::find(names.begin(), names.end(), name) == names.end()) return false;
  struct stat facts;
  return ::fstatat(descriptors, fd, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
         (facts.st_mode & S_IWUSR) != 0;
}

bool holds_any(int process, const posix::ProcessFacts& facts, const Names& names,
               SteadyTime deadline) {
  // A thread that has ended shows no descriptors.
  const UniqueFd thread(facts.has_first_thread() ? -1 : posix::open_live_thread(process, facts));
  const UniqueFd descriptors(
      ::openat(thread ? thread.get() : process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptors) return false;
  // ProcessNumbers skips 0, which is a descriptor here.
  if (is_writing_end(descriptors.get(), "0", names)) return true;
  posix::ProcessNumbers numbers(descriptors.get());
  while (const int fd = numbers.next()) {
    if (SteadyClock::now() > deadline) return false;
    char name[16];
    std::snprintf(name, sizeof name, "%d", fd);
    if (is_writing_end(descriptors.get(), name, names)) return true;
  }
  return false;
}

}  // namespace

std::vector<TreeMember> find_pipe_holders(const std::vector<std::uint64_t>& pipes,
                                          std::uint64_t since, SteadyTime deadline) {
  std::vector<TreeMember> holders;
  const UniqueFd table(posix::open_process_table());
  if (!table) return holders;
  const Names names = names_of(pipes);
  posix::ProcessNumbers numbers(table.get());
  while (const pid_t pid = numbers.next()) {
    if (SteadyClock::now() > deadline) break;
    if (pid == ::getpid()) continue;
    const UniqueFd process(posix::open_process(table.get(), pid));
    posix::ProcessFacts facts;
    if (!process || !posix::read_process(process.get(), &facts)) continue;
    if (!facts.lives() || facts.started < since) continue;
    if (!holds_any(process.get(), facts, names, deadline)) continue;
    holders.push_back({facts.pid, facts.started, facts.group, false});
  }
  return holders;
}

}  // namespace escher
