// The control groups of one engine: a directory of its own below the group of the host, or beside
// it, where that was delegated, and in it a group for each execution. A group that is empty when
// its execution is over serves a later one. Made and lent on the spawn thread; groups come back on
// the strands of their executions. Owned by the engine.
#pragma once

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/control_group.hpp"

namespace escher {

// Of what the system will have again: no reason to go without a group.
inline bool is_passing_lack(int os_error) {
  return os_error == EMFILE || os_error == ENFILE || os_error == ENOMEM;
}

class ControlGroups {
 public:
  // `engine`: unique for good.
  explicit ControlGroups(std::string_view engine);
  // Ends whoever still lives in them, and removes what can be removed at once.
  ~ControlGroups();
  ControlGroups(const ControlGroups&) = delete;
  ControlGroups& operator=(const ControlGroups&) = delete;

  // ---- On the spawn thread.
  // Looks once whether there can be groups, and makes the engine's. A passing lack is no answer.
  void ensure();
  // The engine's; empty = there are none.
  const std::string& path() const;
  // Nothing where there can be none. Where there is none only now, errno is a passing lack.
  std::optional<ControlGroup> lend();
  // `loose`: not in the engine's, so it does not end with it. The error says what is missing.
  Result<ControlGroup> make_limited(const GroupLimits& limits, bool loose);
  // The kernel cannot launch into groups: there are none from now on.
  void give_up();
  // Whether processes can be made in them; else they can still be moved there.
  bool takes_new_processes() const;

  // ---- Any thread.
  // Adds those that live in groups whose executions are over.
  void add_left_behind(std::vector<TreeMember>& members) const;
  bool anybody_left_behind() const;
  void kill_left_behind();

  // Ends and removes what dead hosts left.
  static void sweep();

 private:
  const std::shared_ptr<ControlGroup::Home> home_;
};

}  // namespace escher
