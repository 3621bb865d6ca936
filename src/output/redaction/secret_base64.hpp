// A secret in base64 and base64url, at every offset, whole and wrapped. Pure; any thread.
#pragma once

#include <string_view>

#include "output/redaction/secret_encoding.hpp"

namespace escher::forms {

void add_base64(Forms& forms, std::string_view text);

}  // namespace escher::forms
