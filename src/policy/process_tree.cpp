#include "policy/process_tree.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace escher {
namespace {

bool names(const SoughtTree& tree, const ProcessEntry& process) {
  if (process.execution.empty()) return false;
  if (!tree.execution.empty()) return process.execution == tree.execution;
  return std::find(tree.spared.begin(), tree.spared.end(), process.execution) == tree.spared.end();
}

// The session is the leader's only as long as the number is: somebody else may have both now.
bool leader_is_there(const std::vector<ProcessEntry>& processes, const SoughtTree& tree) {
  return tree.leader != 0 &&
         std::any_of(processes.begin(), processes.end(), [&](const ProcessEntry& process) {
           return process.pid == tree.leader && process.started == tree.leader_started;
         });
}

}  // namespace

void find_members(const std::vector<ProcessEntry>& processes, SoughtTree& tree) {
  std::unordered_map<int, TreeMember> known;
  for (const TreeMember& member : tree.members) known.emplace(member.pid, member);
  const bool has_session = leader_is_there(processes, tree);

  std::unordered_set<int> found;
  if (has_session) found.insert(tree.leader);
  const auto belongs = [&](const ProcessEntry& process) {
    const auto before = known.find(process.pid);
    return (before != known.end() && before->second.started == process.started) ||
           (has_session && process.session == tree.leader) || names(tree, process);
  };
  for (const ProcessEntry& process : processes) {
    if (belongs(process)) found.insert(process.pid);
  }
  // Until nobody is added: a table is in no order of descent.
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
