// The ways in which a secret may be written: what a redactor looks for. Pure; any thread.
//
// Of a secret, and of each of its lines (a reader of lines, `grep` or `head` prints them alone):
//   - as it is; with "\n" and with "\r\n" between its lines, whichever it has itself
//   - base64 and base64url at all three offsets that it may have in a longer text: the digits that
//     are the secret's own, with those that follow where it ends the text, with and without
//     padding; wrapped at 64 and at 76 columns
//   - percent-encoded, by the sets of encodeURIComponent, encodeURI, URL, RFC 3986 and forms ('+'
//     for a space), with hexadecimal digits of either case
//   - inside a JSON string as Node, Python, Go, PHP and .NET write it; in JSON inside JSON
//   - inside '...' and "..." of a shell, behind backslashes, inside $'...'
//
// White space around a secret is not part of it: a program that prints the secret seldom prints
// that too, and to redact a last line feed would join two lines. White space around a line neither.
//
// These lines are no secrets by themselves and are redacted as a part of the whole only: shorter
// than four bytes; without a letter or a digit ("});", "----"), as every text of that kind has
// them; "-----BEGIN ...-----" and "-----END ...-----", which say what the secret is, in public keys
// as in private ones.
//
// What is left of a secret in base64 are at most four bits of its first and of its last byte, in
// digits that it shares with its neighbours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace escher {

// No form is shorter: three bytes are in every text. Secrets of fewer characters have none.
inline constexpr std::size_t kShortestForm = 4;

// Sorted, each once.
std::vector<std::string> secret_forms(std::string_view secret);

}  // namespace escher
