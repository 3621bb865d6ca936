#if defined(__linux__)

#include "process/posix/guard_image_linux.hpp"

// The assembler takes the file as it is: a compiler would take seconds for an array of its bytes.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl escher_guard_begin\n"
    ".hidden escher_guard_begin\n"
    ".globl escher_guard_end\n"
    ".hidden escher_guard_end\n"
    "escher_guard_begin:\n"
    ".incbin \"" ESCHER_GUARD_FILE
    "\"\n"
    "escher_guard_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char escher_guard_begin[];
extern "C" const char escher_guard_end[];

namespace escher::posix {

std::string_view guard_image() {
  return {escher_guard_begin, static_cast<std::size_t>(escher_guard_end - escher_guard_begin)};
}

}  // namespace escher::posix

#endif
