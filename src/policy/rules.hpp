// Checks and message parts that the rules for configurations and requests share. Pure; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/signals.hpp"
#include "model/stop.hpp"
#include "model/time.hpp"

namespace escher {

// Removes the secrets from a value. Empty = there are none.
using RedactValue = std::function<std::string(std::string_view)>;

// A value in a message, in single quotes. It is redacted, then truncated: a part of a secret would
// not be recognized any more.
std::string quote_value(std::string_view value, const RedactValue& redact);
// A field in a message, in double quotes.
std::string quote_field(std::string_view field);

// `"timeoutMs" must be greater than 0, received -5`
std::string must_be(std::string_view field, std::string_view what, std::string_view received);

inline bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// Both are false for NaN.
inline bool is_positive(Millis d) { return d.count() > 0; }
inline bool is_not_negative(Millis d) { return d.count() >= 0; }

// Why `secrets` cannot be redacted, without showing a secret; empty if they can.
std::string problem_with_secrets(const std::vector<std::string>& secrets);

// The same of one secret for a running engine, the argument "text".
std::string problem_with_added_secret(const std::string& secret);

// Why a command cannot be stopped by `steps`; empty if it can.
std::string problem_with_stop(const StopSteps& steps);

inline bool is_signal(int number) { return number >= 1 && number <= kLastSignal; }

}  // namespace escher
