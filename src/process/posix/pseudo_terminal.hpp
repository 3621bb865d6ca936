// The pseudo-terminal that becomes stdin, stdout and stderr of a child. POSIX. Made for a launch,
// on the spawn thread; launch() owns it.
#pragma once

#include <cstdint>

#include "model/error.hpp"
#include "model/terminal.hpp"
#include "process/posix/stdio_pipes.hpp"

namespace escher::posix {

// With the ends of the host: one for output, one for input, one for the terminal itself.
Result<StdioPipes> make_stdio_terminal(const TerminalOptions& options);

// False, with errno set, if it failed.
bool set_size(int master, const TerminalSize& size);

// The number in the name `/dev/pts/N`, with a bit that no inode of a pipe has; 0 = unknown.
inline constexpr std::uint64_t kTerminalIdentity = std::uint64_t{1} << 63;
std::uint64_t terminal_identity(int master);

}  // namespace escher::posix
