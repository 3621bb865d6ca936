// Words and small checks that the rules for configurations and requests share. Pure; any thread.
#pragma once

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/time.hpp"

namespace escher {

// A value in a message, in quotes. A long one is cut: a message is for reading.
std::string quote_value(std::string_view value);

inline bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// `!(x > 0)` and not `x <= 0`: NaN is refused too.
inline bool is_positive(Millis d) { return d.count() > 0; }
inline bool is_not_negative(Millis d) { return d.count() >= 0; }

// Why `secrets` cannot be redacted, without showing any; empty if they can.
std::string wrong_secret(const std::vector<std::string>& secrets);

inline constexpr int kLastSignal = NSIG - 1;
inline bool is_signal(int number) { return number >= 1 && number <= kLastSignal; }

// `timeoutMs must be greater than 0, got -5`
inline std::string must_be(std::string_view field, std::string_view what, std::string_view got) {
  std::string text(field);
  return text.append(" must be ").append(what).append(", got ").append(got);
}

}  // namespace escher
