#include "policy/child_environment.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

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

}  // namespace

void add_terminal_variables(ExecutionRequest& request) {
  std::vector<EnvironmentChange> changes;
  const auto add = [&](std::string_view name, std::optional<std::string> value) {
    const auto has_name = [name](const EnvironmentChange& change) { return change.name == name; };
    if (std::none_of(request.env.begin(), request.env.end(), has_name)) {
      changes.push_back({std::string(name), std::move(value)});
    }
  };
  add("TERM", request.pty->term);
  for (const char* name :
       {"COLUMNS", "LINES", "TERMCAP", "TMUX", "TMUX_PANE", "STY", "WINDOW", "WINDOWID"}) {
    add(name, std::nullopt);
  }
  request.env.insert(request.env.begin(), changes.begin(), changes.end());
}

ChildEnvironment::ChildEnvironment(const ExecutionRequest& request)
    : inherited_(inherited_by(request)), changes_(request.env) {}

std::optional<std::string_view> ChildEnvironment::value_of(std::string_view name) const {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    if (change->name != name) continue;
    if (!change->value) return std::nullopt;
    return *change->value;
  }
  for (const std::string_view entry : *inherited_) {
    if (name_of(entry) == name) return entry.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::shared_ptr<const Environment> ChildEnvironment::entries() const {
  if (changes_.empty()) return inherited_;

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

}  // namespace escher
