// A copy of the environment of the process, for requests that inherit it. JavaScript thread: no
// other thread changes the environment, except Workers that share it.
#pragma once

#include <memory>

#include "model/request.hpp"

namespace escher::binding {

// Returns the same copy until the environment changes.
std::shared_ptr<const Environment> capture_environment();

}  // namespace escher::binding
