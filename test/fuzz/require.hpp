// The assertion of the fuzz targets: says what does not hold, and ends the process, so that the
// fuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace escher {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace escher
