// Where a log may be written over. POSIX.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

namespace escher {

// Whether no other user can plant a hard link in a directory. `links_are_protected`: the system
// allows no user to link a file that they may not write to. A group may write to the directory
// then, as to /var/log of some systems.
bool is_safe_directory(const struct stat& facts, uid_t user, bool links_are_protected);

}  // namespace escher
