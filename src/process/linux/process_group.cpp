#include "process/posix/process_group.hpp"

#include <errno.h>

#include "process/linux/proc/process_entry.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher::posix {

bool group_has_live_member(pid_t group) {
  const UniqueFd table(open_process_table());
  if (!table) return true;
  ProcessNumbers numbers(table.get());
  while (const pid_t pid = numbers.next()) {
    errno = 0;
    const UniqueFd process(open_process(table.get(), pid));
    ProcessFacts facts;
    if (process && read_process(process.get(), &facts)) {
      if (facts.group == group && facts.lives()) return true;
    } else if (errno == EMFILE || errno == ENFILE) {
      // Without a free descriptor nothing is known. Otherwise the process is gone, or hidden from
      // this user.
      return true;
    }
  }
  return false;
}

}  // namespace escher::posix
