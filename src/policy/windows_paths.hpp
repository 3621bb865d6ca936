// Paths and names of programs on Windows. Pure, and tested on every platform; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace escher::windows {

// `C:\x`, `C:/x`, `\\server\share`, `\x`: it does not begin in the working directory. `C:x` begins
// in that of a drive, and counts as absolute: nothing can be put before it.
bool is_absolute(std::string_view path);

// A name with `\`, `/` or a drive is a path, and is not looked up.
bool is_path(std::string_view name);

// In lower case, with the dot; empty if the name has none, or only at its beginning.
std::string lower_extension_of(std::string_view path);

// `C:\Tools;"C:\a;b"` without the quotes, and without empty entries.
std::vector<std::string> path_entries_of(std::string_view path);

// What the program may be called: with each extension of PATHEXT, in its order. A name that has one
// of them stands first as it is; a name without an extension is no program.
std::vector<std::string> program_names_of(std::string_view name, std::string_view extensions);

inline constexpr std::string_view kDefaultExtensions = ".COM;.EXE;.BAT;.CMD";

// Equal without regard to the case of ASCII letters, as for the names of variables.
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string upper(std::string_view text);

}  // namespace escher::windows
