// How a command line of Windows is written, so that the program gets its arguments back unchanged.
// Pure, and tested on every platform; any thread. UTF-8.
//
// The quoting of Boost.Process is not used: it loses quotes and backslashes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace escher::windows {

// The arguments in one line, as the C runtime takes it apart. A program that parses its line by
// other rules gets something else. The first argument is the name of the program: it has no escapes
// there, and must not contain a double quote.
std::string command_line_of(const std::vector<std::string>& argv);

// Whether the system runs this file through cmd.exe, whatever its name looks like: "a.BAT", "a.cmd.
// .", "a.bat::$DATA".
bool is_batch_file(std::string_view path);

// The line for `cmd.exe` that runs a batch file with these arguments. cmd parses the line once
// before the batch file, so plain quoting would let an argument run commands (CVE-2024-27980).
// An error names what cannot be passed: a line break in an argument, a double quote in the path.
Result<std::string> batch_line_of(const std::string& batch_file,
                                  const std::vector<std::string>& arguments);

// The line for `cmd.exe` that runs a command of a shell.
std::string shell_line_of(std::string_view shell, std::string_view command);

}  // namespace escher::windows
