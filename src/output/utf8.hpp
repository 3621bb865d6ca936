// UTF-8 as in the WHATWG Encoding standard: each maximal subpart of an invalid sequence becomes
// U+FFFD. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace escher {

bool is_ascii(std::string_view bytes);

// The number of bytes at the end that begin an incomplete code point (0 to 3). At a chunk boundary
// they are held back; at the end of the stream they are invalid.
std::size_t incomplete_tail(std::string_view bytes);

// The length to which to shorten `kept`, output truncated to a limit, so that it ends on a code
// point. Invalid bytes are kept.
std::size_t cut_on_code_point(std::string_view kept);

// Appends `bytes` to `out` as valid UTF-8. The end of `bytes` is the end of the text.
void append_valid_utf8(std::string& out, std::string_view bytes);

}  // namespace escher
