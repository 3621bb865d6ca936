// The environment of a child: what it inherits, with the changes of a request laid over. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/request.hpp"

namespace escher {

// Refers to the request it is made from; lives no longer.
class ChildEnvironment {
 public:
  explicit ChildEnvironment(const ExecutionRequest& request);

  std::optional<std::string_view> value_of(std::string_view name) const;

  // `NAME=value` entries: the inherited ones in their order, then the new names. Shared by all
  // children of a host that changes nothing.
  std::shared_ptr<const Environment> entries() const;

 private:
  // Each name once.
  std::shared_ptr<const Environment> inherited_;
  const std::vector<EnvironmentChange>& changes_;
};

}  // namespace escher
