#include "recovery/journal_recovery.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <thread>

#include "model/signals.hpp"
#include "model/time.hpp"
#include "policy/journal_format.hpp"
#include "policy/marker.hpp"
#include "policy/process_tree.hpp"
#include "process/process_table.hpp"
#include "recovery/journal_file.hpp"
#include "recovery/pid_scope.hpp"

namespace escher {
namespace {

// The time limit for the release of a lock, and for the end of killed processes.
constexpr auto kTimeLimit = std::chrono::seconds(1);
constexpr auto kPollInterval = std::chrono::milliseconds(10);

// Processes with the marker of the execution and, in the same PID scope, the launched process
// itself. In another scope its PID identifies another process.
std::vector<TreeMember> members_of(const JournalEntry& entry, bool scope_matches,
                                   const std::vector<ProcessEntry>& processes) {
  SoughtTree tree;
  tree.execution = entry.id;
  if (scope_matches) tree.members.push_back({entry.pid, entry.process_started, 0, false});
  find_members(processes, tree);
  return std::move(tree.members);
}

void add_once(std::vector<int>& pids, int pid) {
  if (std::find(pids.begin(), pids.end(), pid) == pids.end()) pids.push_back(pid);
}

// The recovery of one journal, whose host may be dead. It begins when the lock is acquired.
class Recovery {
 public:
  Recovery(const JournalDirectory& directory, std::string name, const std::string& pid_scope)
      : directory_(directory),
        name_(std::move(name)),
        pid_scope_(pid_scope),
        file_(directory.open(name_)),
        deadline_(SteadyClock::now() + kTimeLimit) {}
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;

  // Continues as far as possible without waiting. True when it is complete; its executions are then
  // in `reported`.
  bool advance(std::vector<RecoveredExecution>& reported) {
    if (!loaded_) {
      if (!file_.is_own()) return true;
      if (!file_.lock()) return !host_is_dying() || is_late();
      // Without a link, another engine has recovered and removed it.
      if (!file_.is_own()) return true;
      load();
    }
    if (!recovered_.empty() && kill_processes() && !is_late()) return false;
    report(reported);
    directory_.remove(name_, file_);
    return true;
  }

 private:
  bool is_late() const { return SteadyClock::now() > deadline_; }

  bool scope_matches(const JournalHead& head) const {
    return !pid_scope_.empty() && head.pid_scope == pid_scope_;
  }

  // A host that was killed during a launch leaves a child that holds the lock for a moment. In
  // another PID scope the PID of the host has no meaning; there the lock is the only evidence.
  bool host_is_dying() const {
    const JournalHead head = parse_journal(file_.read()).head;
    return scope_matches(head) && !lives({head.host_pid, head.host_started, 0, false});
  }

  void load() {
    loaded_ = true;
    deadline_ = SteadyClock::now() + kTimeLimit;
    journal_ = parse_journal(file_.read());
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

  // Sends SIGKILL to the live processes. False if there are none.
  bool kill_processes() {
    const auto processes = read_processes(Marker::with_token(journal_.head.token), 0);
    if (!processes) return false;
    bool found = false;
    for (std::size_t i = 0; i < recovered_.size(); ++i) {
      RecoveredExecution& execution = recovered_[i];
      execution.survivors.clear();
      for (const TreeMember& member :
           members_of(journal_.unfinished[i], scope_matches(journal_.head), *processes)) {
        signal_process(member, SIGKILL);
        add_once(execution.ended, member.pid);
        add_once(execution.survivors, member.pid);
        found = true;
      }
    }
    return found;
  }

  void report(std::vector<RecoveredExecution>& reported) {
    for (RecoveredExecution& execution : recovered_) {
      std::erase_if(execution.ended, [&](int pid) {
        return std::find(execution.survivors.begin(), execution.survivors.end(), pid) !=
               execution.survivors.end();
      });
    }
    reported.insert(reported.end(), std::make_move_iterator(recovered_.begin()),
                    std::make_move_iterator(recovered_.end()));
  }

  const JournalDirectory& directory_;
  const std::string name_;
  const std::string& pid_scope_;
  JournalFile file_;
  SteadyTime deadline_;
  bool loaded_ = false;
  JournalText journal_;
  std::vector<RecoveredExecution> recovered_;
};

}  // namespace

// All journals advance together, so that many take no longer than one.
std::vector<RecoveredExecution> recover_journals(const std::string& directory) {
  std::vector<RecoveredExecution> reported;
  const JournalDirectory journals(directory);
  const std::string pid_scope = own_pid_scope();
  std::vector<std::unique_ptr<Recovery>> pending;
  for (std::string& name : journals.names()) {
    auto journal = std::make_unique<Recovery>(journals, std::move(name), pid_scope);
    if (!journal->advance(reported)) pending.push_back(std::move(journal));
  }
  while (!pending.empty()) {
    std::this_thread::sleep_for(kPollInterval);
    std::erase_if(pending, [&](const auto& journal) { return journal->advance(reported); });
  }
  return reported;
}

}  // namespace escher
