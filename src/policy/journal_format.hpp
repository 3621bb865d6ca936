// The text of a journal: a head, then a line for each start and each end of an execution. Written
// by one host, read by the next one, which cannot rely on the last line being whole. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.hpp"

namespace escher {

struct JournalHead {
  std::string token;  // what every process of the engine has in its marker
  int host_pid = 0;
  std::uint64_t host_started = 0;  // as the process table counts it
  // Of which boot and which PID namespace the numbers and the starts in it are; empty = unknown.
  std::string numbering = {};
};

struct JournalEntry {
  std::string id;
  int pid = 0;
  std::uint64_t process_started = 0;  // as the process table counts it
  EpochMillis started_at = 0;
  std::string log_file;
  std::string command;
  std::string metadata;
};

struct JournalText {
  JournalHead head;
  // Started and not ended, in the order of their starts.
  std::vector<JournalEntry> unfinished;
};

// Each gives a line with its end.
std::string journal_head(const JournalHead& head);
std::string journal_start(const JournalEntry& entry);
std::string journal_end(std::string_view id);

// Lines that are no lines of a journal are passed over; without a head there is nothing in it.
JournalText parse_journal(std::string_view text);

}  // namespace escher
