#include "policy/child_environment.hpp"

namespace escher {

ChildEnvironment::ChildEnvironment(const ExecutionRequest& request) {
  const bool inherits = request.extend_env && request.inherited_env;
  const std::size_t inherited = inherits ? request.inherited_env->size() : 0;
  entries_.reserve(inherited + request.env.size());
  places_.reserve(inherited + request.env.size());
  if (inherits) {
    for (const std::string& entry : *request.inherited_env) inherit(entry);
  }
  for (const EnvironmentChange& change : request.env) apply(change);
}

// Of two entries with one name the first counts, as it does for getenv.
void ChildEnvironment::inherit(std::string_view entry) {
  const std::size_t sign = entry.find('=');
  // Without a name or a value it is nothing that a child could ask for.
  if (sign == std::string_view::npos || sign == 0) return;
  const std::string_view name = entry.substr(0, sign);
  if (!places_.try_emplace(name, entries_.size()).second) return;
  entries_.push_back({name, entry.substr(sign + 1), true});
}

void ChildEnvironment::apply(const EnvironmentChange& change) {
  const auto [place, is_new] = places_.try_emplace(change.name, entries_.size());
  if (is_new) entries_.push_back({change.name, {}, false});
  Entry& entry = entries_[place->second];
  entry.present = change.value.has_value();
  entry.value = change.value ? std::string_view(*change.value) : std::string_view();
}

std::optional<std::string_view> ChildEnvironment::value_of(std::string_view name) const {
  const auto place = places_.find(name);
  if (place == places_.end() || !entries_[place->second].present) return std::nullopt;
  return entries_[place->second].value;
}

Environment ChildEnvironment::entries() const {
  Environment result;
  result.reserve(entries_.size());
  for (const Entry& entry : entries_) {
    if (!entry.present) continue;
    std::string& text = result.emplace_back();
    text.reserve(entry.name.size() + 1 + entry.value.size());
    text.append(entry.name).append(1, '=').append(entry.value);
  }
  return result;
}

}  // namespace escher
