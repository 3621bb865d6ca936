// The environment of a child: the inherited one with the changes of a request. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/request.hpp"

namespace escher {

// The variables of a terminal, unless the request names them: TERM, and none of those that describe
// the terminal of the host.
void add_terminal_variables(ExecutionRequest& request);

// The variables by which programs are asked for colours, or against them, unless the request names
// them.
void add_color_variables(ExecutionRequest& request);

// Whether names of variables that differ in the case of letters are different.
enum class NameCase : std::uint8_t { sensitive, insensitive };
#if defined(_WIN32)
inline constexpr NameCase kNameCase = NameCase::insensitive;
#else
inline constexpr NameCase kNameCase = NameCase::sensitive;
#endif

// Holds references into the request, which must outlive it.
class ChildEnvironment {
 public:
  explicit ChildEnvironment(const ExecutionRequest& request, NameCase names = kNameCase);

  std::optional<std::string_view> value_of(std::string_view name) const;

  // `NAME=value` entries: the inherited ones in their order, then the new names. Without changes,
  // all children share one environment.
  std::shared_ptr<const Environment> entries() const;
  // The same with one more, unless the request or the host names it.
  std::shared_ptr<const Environment> entries_with(std::string_view name,
                                                  std::string_view value) const;

 private:
  bool is_same(std::string_view name, std::string_view other) const;
  bool has_change(std::string_view name) const;
  Environment entries_ignoring_case() const;

  // Contains each name once.
  std::shared_ptr<const Environment> inherited_;
  const std::vector<EnvironmentChange>& changes_;
  const NameCase names_;
};

}  // namespace escher
