// What the host's limits were before its runtime raised them.
#pragma once

#include <sys/resource.h>

#include <optional>

namespace escher::posix {

// Node raises the soft limit of open files to the hard one when it starts, and children would
// inherit it. What it was before cannot be asked for, but the process that started the host still
// has it. Nothing where the soft limit was not raised or the parent cannot be looked at. Asked
// once.
std::optional<rlim_t> original_open_files_limit();

}  // namespace escher::posix
