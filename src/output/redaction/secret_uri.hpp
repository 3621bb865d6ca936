// A secret in percent-encoding, by the character sets of common encoders. Pure; any thread.
#pragma once

#include <string_view>

#include "output/redaction/secret_encoding.hpp"

namespace escher::forms {

void add_uri(Forms& forms, std::string_view text);

}  // namespace escher::forms
