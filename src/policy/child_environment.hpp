// The environment of a child: what it inherits, with the changes of a request laid over. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/request.hpp"

namespace escher {

// Refers to the request it is made from; lives no longer.
class ChildEnvironment {
 public:
  explicit ChildEnvironment(const ExecutionRequest& request);

  std::optional<std::string_view> value_of(std::string_view name) const;

  // `NAME=value` entries: the inherited ones in their order, then the new names.
  Environment entries() const;

 private:
  struct Entry {
    std::string_view name;
    std::string_view value;
    bool present;
  };

  void inherit(std::string_view entry);
  void apply(const EnvironmentChange& change);

  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

}  // namespace escher
