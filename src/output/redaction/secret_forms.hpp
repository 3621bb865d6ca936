// The forms in which a secret can be written, for which a redactor searches. Pure; any thread.
//
// For a secret and for each of its lines (`grep` or `head` print single lines):
//   - unchanged, with "\n" and with "\r\n" between its lines
//   - base64 and base64url at all three offsets in a longer text: the digits that depend on the
//   secret
//     only and, if the text ends with the secret, the remaining digits with and without padding;
//     wrapped at 64 and at 76 columns
//   - percent-encoded with the character sets of encodeURIComponent, encodeURI, URL, RFC 3986 and
//   forms
//     ('+' for a space), with upper-case and lower-case hexadecimal digits
//   - inside a JSON string as Node.js, Python, Go, PHP and .NET write it; in JSON inside JSON
//   - inside '...' and "..." of a shell, after backslashes, inside $'...'
//
// White space around a secret or a line is not part of it: programs rarely print it with the
// secret, and redacting a final line feed would join two lines.
//
// These lines are redacted only as a part of the whole secret: lines shorter than four bytes; lines
// without a letter or a digit ("});", "----"), which are common; "-----BEGIN ...-----" and
// "-----END ...-----", which only name the kind of key.
//
// In base64, at most four bits of the first and of the last byte of a secret remain, in digits
// shared with the neighbouring bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace escher {

// Shorter forms would match almost any text. Secrets with fewer bytes have no forms.
inline constexpr std::size_t kShortestForm = 4;

// Sorted, without duplicates.
std::vector<std::string> secret_forms(std::string_view secret);

}  // namespace escher
