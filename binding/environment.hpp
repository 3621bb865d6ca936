// The environment of the process, copied on the JavaScript thread: the only one that changes it,
// but for Workers that share it.
#pragma once

#include <memory>

#include "model/request.hpp"

namespace escher::binding {

// The same copy again as long as nothing has changed.
std::shared_ptr<const Environment> capture_environment();

}  // namespace escher::binding
