// What an engine does at its start with the journals of dead hosts. Blocking; on the worker thread.
#pragma once

#include <string>
#include <vector>

#include "model/recovered.hpp"

namespace escher {

// Takes over the journals of dead hosts in `directory`: kills the processes of their executions
// that still run, reports the executions, and removes the files.
//
// It waits at most two seconds, for any number of journals: one second until locks are released and
// one second until killed processes are gone. A journal that is still locked after that is left to
// the next engine.
std::vector<RecoveredExecution> recover_journals(const std::string& directory);

}  // namespace escher
