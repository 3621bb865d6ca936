// A secret inside a JSON string, as common encoders write it. Pure; any thread.
#pragma once

#include <string_view>

#include "output/redaction/secret_encoding.hpp"

namespace escher::forms {

void add_json(Forms& forms, std::string_view text);

}  // namespace escher::forms
