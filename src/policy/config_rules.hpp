// The rules for a configuration. Pure; any thread.
#pragma once

#include <optional>

#include "model/config.hpp"
#include "model/error.hpp"

namespace escher {

// Returns the error for the first rule that `config` violates, or nothing.
std::optional<Error> validate(const Config& config);

}  // namespace escher
