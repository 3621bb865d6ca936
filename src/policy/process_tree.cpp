#include "policy/process_tree.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "policy/limit_mark.hpp"

namespace escher {
namespace {

bool names(const ProcessEntry& process, const std::string& execution) {
  if (!process.execution.empty()) return process.execution == execution;
  return process.execution_number == limit_mark::number_of(execution);
}

// The session number belongs to the leader only while its PID does: another process can reuse both.
bool leader_exists(const std::vector<ProcessEntry>& processes, const SoughtTree& tree) {
  return tree.leader != 0 &&
         std::any_of(processes.begin(), processes.end(), [&](const ProcessEntry& process) {
           return process.pid == tree.leader && process.started == tree.leader_started;
         });
}

}  // namespace

bool is_marked(const SoughtTree& tree, const ProcessEntry& process) {
  if (process.execution.empty() && process.execution_number == 0) return false;
  if (!tree.execution.empty()) return names(process, tree.execution);
  return std::none_of(tree.spared.begin(), tree.spared.end(),
                      [&](const std::string& spared) { return names(process, spared); });
}

void find_members(const std::vector<ProcessEntry>& processes, SoughtTree& tree) {
  std::unordered_map<int, TreeMember> known;
  for (const TreeMember& member : tree.members) known.emplace(member.pid, member);
  const bool has_session = leader_exists(processes, tree);

  std::unordered_set<int> found;
  if (has_session) found.insert(tree.leader);
  const auto belongs = [&](const ProcessEntry& process) {
    const auto before = known.find(process.pid);
    return (before != known.end() && before->second.started == process.started) ||
           (has_session && process.session == tree.leader) || is_marked(tree, process);
  };
  for (const ProcessEntry& process : processes) {
    if (belongs(process)) found.insert(process.pid);
  }
  // Repeated until nothing is added, because the table is not sorted by descent.
  for (std::size_t before = 0; before != found.size();) {
    before = found.size();
    for (const ProcessEntry& process : processes) {
      if (found.contains(process.parent)) found.insert(process.pid);
    }
  }

  tree.members.clear();
  for (const ProcessEntry& process : processes) {
    if (!process.lives || process.pid == tree.leader || !found.contains(process.pid)) continue;
    const auto before = known.find(process.pid);
    const bool signalled = before != known.end() && before->second.started == process.started &&
                           before->second.signalled;
    tree.members.push_back({process.pid, process.started, process.group, signalled});
  }
}

}  // namespace escher
