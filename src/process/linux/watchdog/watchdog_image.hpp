// The program of the watchdog, as bytes in the addon. See cmake/watchdog.cmake.
#pragma once

#include <string_view>

namespace escher::posix {

std::string_view watchdog_image();

}  // namespace escher::posix
