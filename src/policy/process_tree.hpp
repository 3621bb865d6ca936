// Which processes belong to which execution, decided from one look at the process table. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace escher {

// One process, as the table shows it.
struct ProcessEntry {
  int pid = 0;
  int parent = 0;
  int group = 0;
  int session = 0;
  std::uint64_t started = 0;  // with the number it names a process for good
  bool lives = true;          // false: a zombie
  std::string execution;      // that its marker names; empty = none of this engine
};

struct TreeMember {
  int pid = 0;
  std::uint64_t started = 0;
  int group = 0;
  // It got the first signal; a second one might mean something else to it.
  bool signalled = false;
};

// The descendants of one execution, or of all executions of the engine but some.
struct SoughtTree {
  // Empty = every execution of the engine, but for the spared.
  std::string execution;
  std::vector<std::string> spared;
  // The process that was launched, while it is not reaped; 0 = it is. Its session is its own then.
  int leader = 0;
  std::uint64_t leader_started = 0;
  // In: who was seen before, and counts as long as he lives, whatever he has become since. Out: who
  // lives now, the leader left out.
  std::vector<TreeMember> members;
};

// Each member of a tree is known by its marker, by the session, by its parent, or from before.
void find_members(const std::vector<ProcessEntry>& processes, SoughtTree& tree);

}  // namespace escher
