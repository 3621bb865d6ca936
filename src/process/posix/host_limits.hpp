// The limits that the host had before its runtime raised them. For the launch; any thread.
#pragma once

#include <sys/resource.h>

#include <optional>

namespace escher::posix {

// Node raises the soft limit of open files to the hard limit when it starts, and children would
// inherit that. The earlier value cannot be queried, but the parent of the host still has it. Empty
// if the limit was not raised, or if the parent cannot be read. Determined once.
std::optional<rlim_t> original_open_files_limit();

}  // namespace escher::posix
