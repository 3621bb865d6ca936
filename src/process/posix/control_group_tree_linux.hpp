// A control group with all groups below it, as directories. For the engine and for its guard, a
// program without the C++ library: so nothing here needs more than that of C.
#pragma once

namespace escher::posix {

// Calls `visit` for every group below the directory, which it closes; the deepest first. A group is
// told as its parent's descriptor and its own name there.
using GroupVisitor = void (*)(int parent, const char* name, void* context);
void visit_groups_below(int directory, GroupVisitor visit, void* context);

// SIGKILL to everybody in it and below, also to what is forked meanwhile. Linux 5.14.
void kill_group(const char* path);

// Takes it away with all that is below. False: somebody lives in it.
bool remove_group(const char* path);

}  // namespace escher::posix
