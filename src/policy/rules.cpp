#include "policy/rules.hpp"

#include <cmath>
#include <cstddef>

namespace escher {
namespace {

constexpr std::size_t kLongestValue = 200;

// A shorter secret would match inside unrelated words.
constexpr std::size_t kShortestSecret = 4;
// The search takes memory for each byte of each form.
constexpr std::size_t kLongestAddedSecret = 65'536;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// In code points, without the surrounding white space, which is not part of a secret (see
// output/redaction/secret_forms). "\r\n" counts as one.
std::size_t length_of_secret(std::string_view secret) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t first = secret.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return 0;
  secret = secret.substr(first, secret.find_last_not_of(kSpace) - first + 1);
  std::size_t length = 0;
  for (std::size_t i = 0; i < secret.size(); ++i) {
    const bool in_line_break = secret[i] == '\r' && i + 1 < secret.size() && secret[i + 1] == '\n';
    if (!continues_code_point(secret[i]) && !in_line_break) ++length;
  }
  return length;
}

// Why a secret is too short; empty if it is not.
std::string too_short(std::string_view field, std::string_view secret) {
  const std::size_t length = length_of_secret(secret);
  if (length >= kShortestSecret) return {};
  return must_be(field,
                 "at least " + std::to_string(kShortestSecret) +
                     " characters long without surrounding white space",
                 std::to_string(length) + " characters");
}

std::string quote_shortened(std::string_view value) {
  std::string text = "'";
  if (value.size() <= kLongestValue) return text.append(value).append("'");
  std::size_t length = kLongestValue;
  while (length > 0 && continues_code_point(value[length])) --length;
  return text.append(value.substr(0, length)).append("…'");
}

}  // namespace

std::string quote_value(std::string_view value, const RedactValue& redact) {
  return quote_shortened(redact ? redact(value) : std::string(value));
}

std::string quote_field(std::string_view field) {
  std::string text = "\"";
  return text.append(field).append("\"");
}

std::string must_be(std::string_view field, std::string_view what, std::string_view received) {
  return quote_field(field).append(" must be ").append(what).append(", received ").append(received);
}

std::string problem_with_secrets(const std::vector<std::string>& secrets) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    std::string problem = too_short("redact[" + std::to_string(i) + "]", secrets[i]);
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string problem_with_added_secret(const std::string& secret) {
  if (secret.size() <= kLongestAddedSecret) return too_short("text", secret);
  return must_be("text", "at most " + std::to_string(kLongestAddedSecret) + " bytes long",
                 std::to_string(secret.size()) + " bytes");
}

std::string problem_with_stop(const StopSteps& steps) {
  if (steps.empty() || steps.size() > kMostStopSteps) {
    return must_be("stop", "a list of 1 to " + std::to_string(kMostStopSteps) + " steps",
                   std::to_string(steps.size()) + " steps");
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& [signal, to, wait] = steps[i];
    const std::string field = "stop[" + std::to_string(i) + "].";
    if (!is_signal(signal) || signal == SIGKILL) {
      return must_be(field + "signal",
                     "a signal from 1 to " + std::to_string(kLastSignal) +
                         " other than SIGKILL, which follows the last step",
                     std::to_string(signal));
    }
    if (!std::isfinite(wait.count()) || !is_not_negative(wait)) {
      return must_be(field + "waitMs", "a finite number of 0 or greater",
                     format_number(wait.count()));
    }
  }
  return {};
}

}  // namespace escher
