// The groups of an engine while nobody has them: those that serve again, and those in which
// somebody was left behind. For ControlGroups, which owns it, and for the groups that go back to it
// on the strands of their executions.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "process/control_group.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher {

class ControlGroup::Home : public std::enable_shared_from_this<ControlGroup::Home> {
 public:
  explicit Home(std::string engine) : engine_(std::move(engine)) {}

  // ---- On the spawn thread.
  void ensure();
  std::optional<ControlGroup> lend();
  Result<ControlGroup> make_limited(const GroupLimits& limits, bool loose);
  void give_up() { usable_ = false; }
  bool takes_new_processes() const { return usable_; }
  // The engine's own group; empty = there is none.
  const std::string& path() const { return path_; }

  // ---- Any thread.
  void take_back(std::string path, Use use);
  std::vector<std::string> left_behind() const;

 private:
  bool make_own();
  bool try_make_own();
  bool try_entry();
  std::optional<std::string> take_ready();
  // The next of them, entrance open; nothing and errno if it cannot be made.
  std::optional<ControlGroup> make_new(const std::string& directory, Use use);
  std::optional<ControlGroup> open(std::string path, Use use);
  void recheck_one();

  const std::string engine_;

  // The spawn thread's.
  bool looked_ = false;
  bool usable_ = false;
  // What kept the look from an answer, errno; 0 = nothing.
  int lack_ = 0;
  std::string base_;  // see base_group()
  std::string path_;
  // Holds the lock that tells others that the owner lives.
  UniqueFd lock_;
  std::uint64_t made_ = 0;

  // Under the mutex, a leaf.
  mutable std::mutex mutex_;
  std::vector<std::string> ready_;
  std::vector<std::string> left_behind_;
};

namespace posix {

void add_group_members(const std::string& group, std::vector<TreeMember>& members);

}  // namespace posix

}  // namespace escher
