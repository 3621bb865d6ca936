#include "process/linux/watchdog/watchdog_image.hpp"

// The assembler includes the file itself. A compiler would need seconds for an array of its bytes.
__asm__(
    ".pushsection .rodata\n"
    ".balign 16\n"
    ".globl escher_watchdog_begin\n"
    ".hidden escher_watchdog_begin\n"
    ".globl escher_watchdog_end\n"
    ".hidden escher_watchdog_end\n"
    "escher_watchdog_begin:\n"
    ".incbin \"" ESCHER_WATCHDOG_FILE
    "\"\n"
    "escher_watchdog_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char escher_watchdog_begin[];
extern "C" const char escher_watchdog_end[];

namespace escher::posix {

std::string_view watchdog_image() {
  return {escher_watchdog_begin,
          static_cast<std::size_t>(escher_watchdog_end - escher_watchdog_begin)};
}

}  // namespace escher::posix
