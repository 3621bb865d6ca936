// The name of the environment variable that identifies the descendants of an engine, see
// marker.hpp. For the watchdog too, which is a program without the C++ runtime.
#pragma once

#include <string_view>

namespace escher {

// Ends with a NUL.
inline constexpr std::string_view kMarkerName = "EXEC_ENGINE_ID";

}  // namespace escher
