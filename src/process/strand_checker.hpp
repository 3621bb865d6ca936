// Asserts in debug builds that members which belong to a strand are accessed on it. A strand is the
// executor of an io_context that one thread runs, so the io_context can answer. Does nothing in
// release builds.
#pragma once

#include <cassert>

#include "process/strand.hpp"

namespace escher {

// The caller runs on the strand.
inline void assert_on_strand([[maybe_unused]] const Strand& strand) {
  assert(strand.running_in_this_thread());
}

}  // namespace escher
