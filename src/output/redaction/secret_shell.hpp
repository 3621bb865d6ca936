// A secret inside the quotes of a shell. Pure; any thread.
#pragma once

#include <string_view>

#include "output/redaction/secret_encoding.hpp"

namespace escher::forms {

void add_shell(Forms& forms, std::string_view text);

}  // namespace escher::forms
