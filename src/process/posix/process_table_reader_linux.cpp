#if defined(__linux__)

#include <fcntl.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "process/posix/process_table_linux.hpp"
#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

// Enough for all but a few environments.
constexpr std::size_t kUsualSize = 64 * 1024;

// The environments of many, one behind the other, in one memory.
class EnvironmentReader {
 public:
  std::string_view read(int process, const posix::ProcessFacts& facts) {
    for (;;) {
      const auto got = static_cast<std::size_t>(
          posix::read_environment(process, facts, text_.data(), text_.size(), &patience_));
      if (got < text_.size()) return std::string_view(text_).substr(0, got);
      text_.resize(2 * text_.size());
    }
  }

 private:
  std::string text_ = std::string(kUsualSize, '\0');
  posix::ExecPatience patience_;
};

// Out of `NAME=value` entries, each with its NUL.
std::string_view marker_in(std::string_view environment) {
  while (!environment.empty()) {
    const std::string_view entry = environment.substr(0, environment.find('\0'));
    if (entry.size() > kMarkerName.size() && entry.starts_with(kMarkerName) &&
        entry[kMarkerName.size()] == '=') {
      return entry.substr(kMarkerName.size() + 1);
    }
    environment.remove_prefix(std::min(entry.size() + 1, environment.size()));
  }
  return {};
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
  EnvironmentReader environments;
  posix::ProcessNumbers numbers(table.get());
  while (const pid_t pid = numbers.next()) {
    const UniqueFd process(posix::open_process(table.get(), pid));
    posix::ProcessFacts facts;
    if (!process || !posix::read_process(process.get(), &facts)) continue;
    processes.push_back(entry_of(facts));
    if (facts.lives() && facts.started >= since && pid != ::getpid()) {
      processes.back().execution =
          marker.execution_in(marker_in(environments.read(process.get(), facts)));
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
  return std::string(marker_in(posix::contents_of("/proc/self/environ")));
}

}  // namespace escher

#endif
