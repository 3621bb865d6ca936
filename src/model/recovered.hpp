// An execution that was interrupted by the death of its host, as its journal records it. A value.
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
  // Processes of its tree that recovery found alive: those that it killed, and those that survived
  // SIGKILL.
  std::vector<int> ended;
  std::vector<int> survivors;
};

}  // namespace escher
