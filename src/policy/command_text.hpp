// How a command is shown in results, listings and messages. Pure; any thread.
#pragma once

#include <string>

#include "model/command.hpp"

namespace escher {

// The text of a shell command as it is; of other commands the words, quoted where a shell needs
// quotes.
std::string describe(const Command& command);

}  // namespace escher
