#include "process/process_table.hpp"

#include <fcntl.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "process/linux/proc/new_process_numbers.hpp"
#include "process/linux/proc/process_entry.hpp"
#include "process/posix/text_file.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {
namespace {

// Larger than nearly every environment.
constexpr std::size_t kUsualSize = 64 * 1024;

std::string_view marker_in(std::string_view environment) {
  std::size_t size = 0;
  const char* value =
      posix::find_variable(environment.data(), environment.size(), kMarkerName.data(), &size);
  return value == nullptr ? std::string_view() : std::string_view(value, size);
}

std::optional<posix::ProcessFacts> facts_of(int pid) {
  const UniqueFd table(posix::open_process_table());
  if (!table) return std::nullopt;
  const UniqueFd process(posix::open_process(table.get(), pid));
  posix::ProcessFacts facts;
  if (!process || !posix::read_process(process.get(), &facts)) return std::nullopt;
  return facts;
}

// Reads many processes, one after the other, with one buffer for their environments.
class EntryReader {
 public:
  EntryReader(const Marker& marker, std::uint64_t since)
      : marker_(marker), since_(since), table_(posix::open_process_table()) {}

  // -1: it cannot be read.
  int table() const { return table_.get(); }

  std::optional<ProcessEntry> read(pid_t pid) {
    const UniqueFd process(posix::open_process(table(), pid));
    posix::ProcessFacts facts;
    if (!process || !posix::read_process(process.get(), &facts)) return std::nullopt;
    ProcessEntry entry;
    entry.pid = facts.pid;
    entry.parent = facts.parent;
    entry.group = facts.group;
    entry.session = facts.session;
    entry.started = facts.started;
    entry.lives = facts.lives();
    if (entry.lives && entry.started >= since_ && pid != ::getpid()) {
      read_marks(process.get(), facts, entry);
    }
    return entry;
  }

 private:
  void read_marks(int process, const posix::ProcessFacts& facts, ProcessEntry& entry) {
    // It is looked for first: it saves the environment, and a wait for that during an execve.
    const auto number = marker_.execution_number_in(posix::read_mark(process, facts));
    entry.execution_number = number;
    if (number != 0 && number != limit_mark::kUnknownExecution) return;
    for (;;) {
      const long read =
          posix::read_environment(process, facts, text_.data(), text_.size(), &patience_);
      if (read < 0) return;
      const auto size = static_cast<std::size_t>(read);
      if (size < text_.size()) {
        entry.execution = marker_.execution_in(marker_in({text_.data(), size}));
        return;
      }
      text_.resize(2 * text_.size());
    }
  }

  const Marker& marker_;
  const std::uint64_t since_;
  const UniqueFd table_;
  std::string text_ = std::string(kUsualSize, '\0');
  posix::ExecPatience patience_;
};

}  // namespace

std::optional<std::vector<ProcessEntry>> read_processes(const Marker& marker, std::uint64_t since) {
  EntryReader reader(marker, since);
  if (reader.table() < 0) return std::nullopt;
  std::vector<ProcessEntry> processes;
  posix::ProcessNumbers numbers(reader.table());
  while (const pid_t pid = numbers.next()) {
    if (auto entry = reader.read(pid)) processes.push_back(std::move(*entry));
  }
  if (processes.empty()) return std::nullopt;
  return processes;
}

class Newcomers::Impl {
 public:
  Impl(const Marker& marker, std::uint64_t since) : reader_(marker, since) {}

  std::optional<ProcessEntry> next() {
    while (const pid_t pid = numbers_.next()) {
      if (auto entry = reader_.read(pid)) return entry;
    }
    numbers_.step_back();
    return std::nullopt;
  }

 private:
  posix::NewProcessNumbers numbers_;
  EntryReader reader_;
};

Newcomers::Newcomers(const Marker& marker, std::uint64_t since)
    : impl_(std::make_unique<Impl>(marker, since)) {}
Newcomers::~Newcomers() = default;
std::optional<ProcessEntry> Newcomers::next() { return impl_->next(); }

std::uint64_t start_time_of(int pid) {
  const auto facts = facts_of(pid);
  return facts ? facts->started : 0;
}

std::uint64_t own_start_time() { return start_time_of(::getpid()); }

std::uint64_t current_tick() { return posix::current_tick(); }

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

// With getenv only if there is no other way: another thread may change the environment at the same
// time. A process that has changed its user may not read its own file. Of this thread, since the
// first one may have ended.
std::string own_marker() {
  const std::string environment = posix::contents_of("/proc/thread-self/environ");
  if (!environment.empty()) return std::string(marker_in(environment));
  const char* value = ::getenv(kMarkerName.data());
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace escher
