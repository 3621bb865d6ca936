// What the host's end of a child's stdio belongs to.
#pragma once

#include <cstdint>

namespace escher {

enum class PipeKind : std::uint8_t { pipe, terminal };

}  // namespace escher
