// Finds the processes of an execution in one snapshot of the process table. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace escher {

// One process of the table.
struct ProcessEntry {
  int pid = 0;
  int parent = 0;
  int group = 0;
  int session = 0;
  std::uint64_t started = 0;  // identifies a process together with its PID
  bool lives = true;          // false: a zombie
  std::string execution;      // in its marker; empty = not of this engine
  // In its limit mark; 0 = not of this engine, or there is a marker.
  std::uint64_t execution_number = 0;
};

struct TreeMember {
  int pid = 0;
  std::uint64_t started = 0;
  int group = 0;
  // The first signal was sent. A second one could have another meaning for the process.
  bool signalled = false;
};

// A search for the descendants of one execution, or of all executions of the engine except some.
struct SoughtTree {
  // Empty = all executions of the engine except `spared`.
  std::string execution;
  std::vector<std::string> spared;
  // The launched process until it is reaped, then 0. Until then its session number cannot be
  // reused.
  int leader = 0;
  std::uint64_t leader_started = 0;
  // In: members found before, which count while they live, whatever their marker, session or parent
  // is. Out: the live members without the leader.
  std::vector<TreeMember> members;
};

// Whether the marker of the process, or its limit mark, names an execution that is sought.
bool is_marked(const SoughtTree& tree, const ProcessEntry& process);

// A process is a member by its marker, its session, its parent, or because it was one before.
void find_members(const std::vector<ProcessEntry>& processes, SoughtTree& tree);

}  // namespace escher
