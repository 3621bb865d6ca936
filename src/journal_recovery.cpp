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
// For a lock to come free, and for processes to die.
constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kPause = std::chrono::milliseconds(10);

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// By its marker, and by its number if that still is the process that was launched. Under another
// numbering it may be anybody.
std::vector<TreeMember> members_of(const JournalEntry& entry, bool numbers_count,
                                   const std::vector<ProcessEntry>& processes) {
  SoughtTree tree;
  tree.execution = entry.id;
  if (numbers_count) tree.members.push_back({entry.pid, entry.process_started, 0, false});
  find_members(processes, tree);
  return std::move(tree.members);
}

void note(std::vector<int>& pids, int pid) {
  if (std::find(pids.begin(), pids.end(), pid) == pids.end()) pids.push_back(pid);
}

// The journal of a host that may be dead. It is ours as soon as its lock is.
class Inheritance {
 public:
  Inheritance(int directory, const char* name, const std::string& numbering)
      : directory_(directory),
        name_(name),
        numbering_(numbering),
        fd_(::openat(directory, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)),
        deadline_(SteadyClock::now() + kPatience) {}
  ~Inheritance() {
    if (fd_ >= 0) ::close(fd_);
  }
  Inheritance(const Inheritance&) = delete;
  Inheritance& operator=(const Inheritance&) = delete;

  // Goes as far as it can without waiting. True: that was all of it, and what there is to tell has
  // been told.
  bool advance(std::vector<RecoveredExecution>& told) {
    if (!taken_) {
      if (!is_a_journal()) return true;
      if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) return !host_is_dying() || is_late();
      // Without a link left it was another engine's, and is over.
      if (!is_a_journal()) return true;
      take();
    }
    if (!recovered_.empty() && end_processes() && !is_late()) return false;
    tell(told);
    ::unlinkat(directory_, name_.c_str(), 0);
    return true;
  }

 private:
  bool is_a_journal() const {
    struct stat facts;
    return fd_ >= 0 && ::fstat(fd_, &facts) == 0 && S_ISREG(facts.st_mode) &&
           facts.st_uid == ::geteuid() && facts.st_nlink == 1;
  }

  bool is_late() const { return SteadyClock::now() > deadline_; }

  bool numbers_count(const JournalHead& head) const {
    return !numbering_.empty() && head.numbering == numbering_;
  }

  // A host that was killed while it launched has a child for a moment that holds the lock, too. Of
  // a host that is numbered elsewhere nobody can tell: who has the lock lives.
  bool host_is_dying() const {
    const JournalHead head = parse_journal(read()).head;
    return numbers_count(head) && !lives({head.host_pid, head.host_started, 0, false});
  }

  std::string read() const {
    std::string text;
    char block[16 * 1024];
    ssize_t got;
    while ((got = ::pread(fd_, block, sizeof block, static_cast<off_t>(text.size()))) > 0) {
      text.append(block, static_cast<std::size_t>(got));
    }
    return text;
  }

  void take() {
    taken_ = true;
    deadline_ = SteadyClock::now() + kPatience;
    journal_ = parse_journal(read());
    for (const JournalEntry& entry : journal_.unfinished) {
      recovered_.push_back({entry.id,
                            entry.command,
                            entry.metadata,
                            entry.log_file,
                            entry.pid,
                            entry.started_at,
                            {},
                            {}});
    }
  }

  // Kills once; whether there was anybody.
  bool end_processes() {
    const auto processes = read_processes(Marker::with_token(journal_.head.token), 0);
    if (!processes) return false;
    bool anybody = false;
    for (std::size_t i = 0; i < recovered_.size(); ++i) {
      RecoveredExecution& execution = recovered_[i];
      execution.survivors.clear();
      for (const TreeMember& member :
           members_of(journal_.unfinished[i], numbers_count(journal_.head), *processes)) {
        signal_process(member, SIGKILL);
        note(execution.ended, member.pid);
        note(execution.survivors, member.pid);
        anybody = true;
      }
    }
    return anybody;
  }

  void tell(std::vector<RecoveredExecution>& told) {
    for (RecoveredExecution& execution : recovered_) {
      std::erase_if(execution.ended, [&](int pid) {
        return std::find(execution.survivors.begin(), execution.survivors.end(), pid) !=
               execution.survivors.end();
      });
    }
    told.insert(told.end(), std::make_move_iterator(recovered_.begin()),
                std::make_move_iterator(recovered_.end()));
  }

  const int directory_;
  const std::string name_;
  const std::string& numbering_;
  const int fd_;
  SteadyTime deadline_;
  bool taken_ = false;
  JournalText journal_;
  std::vector<RecoveredExecution> recovered_;
};

}  // namespace

// Side by side, so that many which resist take no longer than one.
std::vector<RecoveredExecution> recover_journals(const std::string& directory) {
  std::vector<RecoveredExecution> told;
  const std::unique_ptr<DIR, CloseDirectory> entries(::opendir(directory.c_str()));
  if (!entries) return told;
  const std::string numbering = own_numbering();
  std::vector<std::unique_ptr<Inheritance>> pending;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (!std::string_view(entry->d_name).ends_with(kSuffix)) continue;
    auto journal = std::make_unique<Inheritance>(::dirfd(entries.get()), entry->d_name, numbering);
    if (!journal->advance(told)) pending.push_back(std::move(journal));
  }
  while (!pending.empty()) {
    std::this_thread::sleep_for(kPause);
    std::erase_if(pending, [&](const auto& journal) { return journal->advance(told); });
  }
  return told;
}

}  // namespace escher
