// The processes of the machine, for finding the descendants of an execution. Any thread; to read
// them all takes milliseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "policy/marker.hpp"
#include "policy/process_tree.hpp"

namespace escher {

// Nothing where the system has no such table that we read: macOS, Windows, and Linux without /proc.
// The marker is looked for in what was started at `since` or later.
std::optional<std::vector<ProcessEntry>> read_processes(const Marker& marker, std::uint64_t since);

// When the process was started; 0 where that cannot be told.
std::uint64_t start_time_of(int pid);

std::uint64_t own_start_time();

// Zombies do not.
bool lives(const TreeMember& member);

// One signal to this very process, whoever has its number by then. False: it is gone, or it may not
// be signalled.
bool signal_process(const TreeMember& member, int signal);

// The value of the marker that this process itself was started with; empty if there is none.
std::string own_marker();

}  // namespace escher
