// Text in the files that the engine writes. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace escher {

// Appends `text` in the form that it has between the quotes of a JSON string. It is valid UTF-8.
void append_json(std::string& out, std::string_view text);

}  // namespace escher
