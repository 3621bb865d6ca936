// The processes of the machine, to find the descendants of an execution. Any thread; reading the
// whole table takes milliseconds.
//
// Boost.Process (all_pids, parent_pid, ext) returns no start time, so a process could not be
// distinguished from a later one with the same number.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "policy/marker.hpp"
#include "policy/process_tree.hpp"

namespace escher {

// Empty if the table cannot be read: on Windows, and on Linux without /proc. The marker
// is looked up in processes that were started at `since` or later.
std::optional<std::vector<ProcessEntry>> read_processes(const Marker& marker, std::uint64_t since);

// The processes that are started from the construction on, in the order of their numbers. A process
// that forks and exits is gone before a pass over the whole table has come to it. Linux only; one
// thread.
class Newcomers {
 public:
  Newcomers(const Marker& marker, std::uint64_t since);
  ~Newcomers();
  Newcomers(const Newcomers&) = delete;
  Newcomers& operator=(const Newcomers&) = delete;

  // The next one that is there; empty if there is none at this moment. The last few are returned
  // again after that, since a process may not have been there yet.
  std::optional<ProcessEntry> next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// The start time of the process, in ticks; 0 if it is unknown. A tick is a unit of the system: on
// Linux a clock tick since boot, on macOS a microsecond of the wall clock.
std::uint64_t start_time_of(int pid);

std::uint64_t own_start_time();

// The present, in the same unit: no process that starts later has a lower start time.
std::uint64_t current_tick();

// Whether the process itself lives, and not another one that reused its number. A zombie does not
// live.
bool lives(const TreeMember& member);

// Sends a signal to the process itself, never to another one that reused its number (macOS has no
// certain way, see darwin/process_table.cpp). False: it is gone, or it may not be signalled.
bool signal_process(const TreeMember& member, int signal);

// The value of the marker in the environment that this process was started with; empty if it has
// none.
std::string own_marker();

}  // namespace escher
