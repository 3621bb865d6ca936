// The assertion of the fuzz targets: prints the violated condition and aborts, so that the fuzzer
// keeps the input.
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
