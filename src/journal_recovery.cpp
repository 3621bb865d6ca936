// The second half of a journal's life: what becomes of it when its host is dead. On the worker.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <memory>
#include <thread>

#include "journal.hpp"
#include "model/time.hpp"
#include "policy/marker.hpp"
#include "policy/process_tree.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

constexpr std::string_view kSuffix = ".journal";
constexpr auto kKillPatience = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(10);

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// The file of a dead host, which is ours as long as it is open.
class Inheritance {
 public:
  Inheritance(int directory, const char* name)
      : fd_(::openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) {
    struct stat facts;
    taken_ = fd_ >= 0 && ::fstat(fd_, &facts) == 0 && S_ISREG(facts.st_mode) &&
             facts.st_uid == ::geteuid() && lock() && ::fstat(fd_, &facts) == 0 &&
             // Without a link left it was another engine's, and is over.
             facts.st_nlink == 1;
  }
  ~Inheritance() {
    if (fd_ >= 0) ::close(fd_);
  }
  Inheritance(const Inheritance&) = delete;
  Inheritance& operator=(const Inheritance&) = delete;

  explicit operator bool() const { return taken_; }

  std::string read() const {
    std::string text;
    char block[16 * 1024];
    ssize_t got;
    while ((got = ::pread(fd_, block, sizeof block, static_cast<off_t>(text.size()))) > 0) {
      text.append(block, static_cast<std::size_t>(got));
    }
    return text;
  }

 private:
  // A host that was killed while it launched has a child for a moment that holds the lock, too.
  bool lock() const {
    const auto deadline = SteadyClock::now() + kKillPatience;
    while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      const JournalHead head = parse_journal(read()).head;
      if (lives({head.host_pid, head.host_started, 0, false})) return false;
      if (SteadyClock::now() > deadline) return false;
      std::this_thread::sleep_for(kPause);
    }
    return true;
  }

  int fd_;
  bool taken_ = false;
};

// By its marker, and by its number if that still is the process that was launched.
std::vector<TreeMember> members_of(const JournalEntry& entry,
                                   const std::vector<ProcessEntry>& processes) {
  SoughtTree tree;
  tree.execution = entry.id;
  tree.members.push_back({entry.pid, entry.process_started, 0, false});
  find_members(processes, tree);
  return std::move(tree.members);
}

void note(std::vector<int>& pids, int pid) {
  if (std::find(pids.begin(), pids.end(), pid) == pids.end()) pids.push_back(pid);
}

// Kills until nobody is left, or it is of no use.
void end_processes(const JournalText& journal, std::vector<RecoveredExecution>& recovered) {
  const Marker marker = Marker::with_token(journal.head.token);
  const auto deadline = SteadyClock::now() + kKillPatience;
  for (;;) {
    const auto processes = read_processes(marker, 0);
    if (!processes) return;
    bool anybody = false;
    for (std::size_t i = 0; i < journal.unfinished.size(); ++i) {
      recovered[i].survivors.clear();
      for (const TreeMember& member : members_of(journal.unfinished[i], *processes)) {
        signal_process(member, SIGKILL);
        note(recovered[i].ended, member.pid);
        note(recovered[i].survivors, member.pid);
        anybody = true;
      }
    }
    if (!anybody || SteadyClock::now() > deadline) return;
    std::this_thread::sleep_for(kPause);
  }
}

std::vector<RecoveredExecution> recover(const JournalText& journal) {
  std::vector<RecoveredExecution> recovered;
  for (const JournalEntry& entry : journal.unfinished) {
    recovered.push_back({entry.id,
                         entry.command,
                         entry.metadata,
                         entry.log_file,
                         entry.pid,
                         entry.started_at,
                         {},
                         {}});
  }
  if (!recovered.empty()) end_processes(journal, recovered);
  for (RecoveredExecution& execution : recovered) {
    std::erase_if(execution.ended, [&](int pid) {
      return std::find(execution.survivors.begin(), execution.survivors.end(), pid) !=
             execution.survivors.end();
    });
  }
  return recovered;
}

}  // namespace

std::vector<RecoveredExecution> recover_journals(const std::string& directory) {
  std::vector<RecoveredExecution> all;
  const std::unique_ptr<DIR, CloseDirectory> entries(::opendir(directory.c_str()));
  if (!entries) return all;
  const int fd = ::dirfd(entries.get());
  while (const dirent* entry = ::readdir(entries.get())) {
    if (!std::string_view(entry->d_name).ends_with(kSuffix)) continue;
    const Inheritance journal(fd, entry->d_name);
    if (!journal) continue;
    auto recovered = recover(parse_journal(journal.read()));
    all.insert(all.end(), std::make_move_iterator(recovered.begin()),
               std::make_move_iterator(recovered.end()));
    ::unlinkat(fd, entry->d_name, 0);
  }
  return all;
}

}  // namespace escher
