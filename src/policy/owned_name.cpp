#include "policy/owned_name.hpp"

#include <algorithm>
#include <charconv>

namespace escher {
namespace {

constexpr std::string_view kPrefix = "escher-execution-engine-";

// Removes a number and the '-' after it from the front.
template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size() || *end != '-') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

}  // namespace

std::string owned_name(const Owner& owner) {
  return std::string(kPrefix) + std::to_string(owner.pid) + '-' + std::to_string(owner.started);
}

std::string kept_name() { return std::string(kPrefix) + "kept"; }

std::optional<Owner> owner_in(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  const auto pid = take_number<int>(name);
  const auto started = pid ? take_number<std::uint64_t>(name) : std::nullopt;
  if (!started || *pid <= 0 || name.empty()) return std::nullopt;
  return Owner{*pid, *started};
}

std::string overflow_name(const ExecutionId& id, Stream stream) {
  return format_id(id) + '.' + std::string(to_string(stream));
}

bool is_overflow_name(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos || !parse_id(name.substr(0, dot))) return false;
  return std::any_of(kStreams.begin(), kStreams.end(),
                     [&](Stream stream) { return name.substr(dot + 1) == to_string(stream); });
}

}  // namespace escher
