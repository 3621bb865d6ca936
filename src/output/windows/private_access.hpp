// Who may use a file of the engine. Windows: this user, and no other. Any thread.
#pragma once

#include "model/windows/native.hpp"

namespace escher::windows {

// The access of a new file or directory: all of it for this user, also for what is created inside,
// and nothing that a directory above hands down. Null where it cannot be made; the file then
// has the access of its directory.
SECURITY_ATTRIBUTES* private_access();

// Whether this user, or the administrators that this user is one of, own the open file.
bool is_own(HANDLE file);

}  // namespace escher::windows
