// What a journal tells of an execution that a dead host left unfinished. A value.
#pragma once

#include <string>
#include <vector>

#include "model/time.hpp"

namespace escher {

struct RecoveredExecution {
  std::string id;
  std::string command;
  std::string metadata;
  std::string log_file;  // empty = none
  int pid = 0;
  EpochMillis started_at = 0;
  // Processes of its tree that lived when they were found; what could be killed is dead by now.
  std::vector<int> ended;
  std::vector<int> survivors;
};

}  // namespace escher
