// The text of a journal: a head, then a line for each execution. When the execution ends, the first
// byte of its line is overwritten. One host writes the text; the next one reads it and must expect
// an incomplete last line. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.hpp"

namespace escher {

struct JournalHead {
  std::string token;  // of the marker that every process of the engine has
  int host_pid = 0;
  std::uint64_t host_started = 0;  // start time in the process table
  // The boot and the PID namespace in which PIDs and start times are valid; empty = unknown.
  std::string pid_scope = {};
};

struct JournalEntry {
  std::string id;
  int pid = 0;
  std::uint64_t process_started = 0;  // start time in the process table
  EpochMillis started_at = 0;
  std::string log_file;
  std::string command;
  std::string metadata;
};

struct JournalText {
  JournalHead head;
  // Executions that have not ended, in the order of their starts.
  std::vector<JournalEntry> unfinished;
};

// Written over the first byte of the line from `journal_start`.
inline constexpr std::string_view kJournalEndMark = "-";

// Each returns a line with its terminator.
std::string journal_head(const JournalHead& head);
std::string journal_start(const JournalEntry& entry);

// Malformed lines are skipped. A text without a valid head yields an empty journal.
JournalText parse_journal(std::string_view text);

}  // namespace escher
