// The bytes of the guard's program, which the addon carries with it. See cmake/guard.cmake.
#pragma once

#include <string_view>

namespace escher::posix {

std::string_view guard_image();

}  // namespace escher::posix
