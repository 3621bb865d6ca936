#include "policy/child_environment.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "policy/windows_paths.hpp"

namespace escher {
namespace {

// Empty for a malformed entry, one without a name or without '=': getenv cannot find it.
std::string_view name_of(std::string_view entry) {
  const std::size_t sign = entry.find('=');
  return sign == std::string_view::npos ? std::string_view() : entry.substr(0, sign);
}

// Drops malformed entries and, like getenv, all but the first entry of a name.
Environment cleaned(const Environment& given) {
  Environment clean;
  clean.reserve(given.size());
  std::unordered_set<std::string_view> names;
  for (const std::string& entry : given) {
    const std::string_view name = name_of(entry);
    // It is for the host: an engine of another version in the command must not load that binary.
    if (name == "ESCHER_EXECUTION_ENGINE_BINARY") continue;
    if (!name.empty() && names.insert(name).second) clean.push_back(entry);
  }
  return clean;
}

// Cleaning the environment is most of the work of resolving a request, and the environment of a
// host rarely changes, so each thread caches the last one.
std::shared_ptr<const Environment> inherited_by(const ExecutionRequest& request) {
  static const auto kNone = std::make_shared<const Environment>();
  if (!request.extend_env || !request.inherited_env) return kNone;
  thread_local std::shared_ptr<const Environment> last;
  thread_local std::shared_ptr<const Environment> last_cleaned;
  if (last != request.inherited_env) {
    last_cleaned = std::make_shared<const Environment>(cleaned(*request.inherited_env));
    last = request.inherited_env;
  }
  return last_cleaned;
}

std::string entry_of(const EnvironmentChange& change) { return change.name + '=' + *change.value; }

bool same_name(std::string_view a, std::string_view b, NameCase names) {
  return names == NameCase::sensitive ? a == b : windows::equal_ignoring_case(a, b);
}

bool has_name(const std::vector<EnvironmentChange>& changes, std::string_view name,
              NameCase names) {
  return std::any_of(changes.begin(), changes.end(), [&](const EnvironmentChange& change) {
    return same_name(change.name, name, names);
  });
}

// Before those of the request, and only those that it does not name.
void add_unless_named(ExecutionRequest& request, std::vector<EnvironmentChange> changes) {
  std::erase_if(changes,
                [&](const auto& change) { return has_name(request.env, change.name, kNameCase); });
  request.env.insert(request.env.begin(), changes.begin(), changes.end());
}

}  // namespace

void add_terminal_variables(ExecutionRequest& request) {
  std::vector<EnvironmentChange> changes{{"TERM", request.pty->term}};
  for (const char* name :
       {"COLUMNS", "LINES", "TERMCAP", "TMUX", "TMUX_PANE", "STY", "WINDOW", "WINDOWID"}) {
    changes.push_back({name, std::nullopt});
  }
  add_unless_named(request, std::move(changes));
}

void add_color_variables(ExecutionRequest& request) {
  if (!request.color) return;
  if (!*request.color) {
    // Not FORCE_COLOR=0: Node warns if that and NO_COLOR are set.
    add_unless_named(request, {{"NO_COLOR", "1"},
                               {"PY_COLORS", "0"},
                               {"FORCE_COLOR", std::nullopt},
                               {"CLICOLOR_FORCE", std::nullopt},
                               {"TERM", "dumb"}});
    return;
  }
  const auto term = ChildEnvironment(request).value_of("TERM");
  std::vector<EnvironmentChange> changes{{"NO_COLOR", std::nullopt},
                                         {"PY_COLORS", "1"},
                                         {"FORCE_COLOR", "1"},
                                         {"CLICOLOR_FORCE", "1"}};
  if (!term || term->empty() || *term == "dumb") changes.push_back({"TERM", "xterm-256color"});
  add_unless_named(request, std::move(changes));
}

ChildEnvironment::ChildEnvironment(const ExecutionRequest& request, NameCase names)
    : inherited_(inherited_by(request)), changes_(request.env), names_(names) {}

bool ChildEnvironment::is_same(std::string_view name, std::string_view other) const {
  return same_name(name, other, names_);
}

bool ChildEnvironment::has_change(std::string_view name) const {
  return has_name(changes_, name, names_);
}

std::optional<std::string_view> ChildEnvironment::value_of(std::string_view name) const {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (!is_same(change->name, name)) continue;
    if (!change->value) return std::nullopt;
    return *change->value;
  }
  for (const std::string_view entry : *inherited_) {
    if (is_same(name_of(entry), name)) return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::shared_ptr<const Environment> ChildEnvironment::entries_with(std::string_view name,
                                                                  std::string_view value) const {
  if (has_change(name) || value_of(name)) return entries();
  Environment result = *entries();
  result.push_back(std::string(name).append("=").append(value));
  return std::make_shared<const Environment>(std::move(result));
}

std::shared_ptr<const Environment> ChildEnvironment::entries() const {
  if (changes_.empty()) return inherited_;
  if (names_ == NameCase::insensitive) {
    return std::make_shared<const Environment>(entries_ignoring_case());
  }

  // The last change of a name wins.
  std::unordered_map<std::string_view, const EnvironmentChange*> changes;
  for (const EnvironmentChange& change : changes_) changes[change.name] = &change;

  Environment result;
  result.reserve(inherited_->size() + changes_.size());
  for (const std::string& entry : *inherited_) {
    const auto change = changes.extract(name_of(entry));
    if (!change) {
      result.push_back(entry);
    } else if (change.mapped()->value) {
      result.push_back(entry_of(*change.mapped()));
    }
  }
  // The remaining changes add names, in the order of the request.
  for (const EnvironmentChange& change : changes_) {
    const auto added = changes.extract(change.name);
    if (added && added.mapped()->value) result.push_back(entry_of(*added.mapped()));
  }
  return std::make_shared<const Environment>(std::move(result));
}

// The name is spelled as the request spells it.
Environment ChildEnvironment::entries_ignoring_case() const {
  Environment result;
  for (const std::string& entry : *inherited_) {
    if (!has_change(name_of(entry))) result.push_back(entry);
  }
  for (auto change = changes_.begin(); change != changes_.end(); ++change) {
    const bool is_last = std::none_of(change + 1, changes_.end(), [&](const auto& later) {
      return is_same(later.name, change->name);
    });
    if (is_last && change->value) result.push_back(entry_of(*change));
  }
  return result;
}

}  // namespace escher
