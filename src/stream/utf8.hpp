// UTF-8 by the rules of the WHATWG Encoding standard: what is invalid becomes U+FFFD, one for each
// maximal subpart. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace escher {

bool is_ascii(std::string_view bytes);

// How many bytes at the end are the beginning of a code point that may still be completed (0 to 3).
// Such a tail is kept back at a chunk border; at the end of the stream it is invalid.
std::size_t incomplete_tail(std::string_view bytes);

// How many of the first bytes of `kept` (already cut to a limit) to keep, so that the cut does not
// fall inside a code point. Bytes that are no UTF-8 anyway are kept.
std::size_t cut_on_code_point(std::string_view kept);

// Appends `bytes` to `out`, made valid. The end of `bytes` counts as the end of the text.
void append_valid_utf8(std::string& out, std::string_view bytes);

}  // namespace escher
