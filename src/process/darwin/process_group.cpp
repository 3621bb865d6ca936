#include "process/posix/process_group.hpp"

#include <sys/proc.h>
#include <sys/sysctl.h>

#include <vector>

namespace escher::posix {

bool group_has_live_member(pid_t group) {
  int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PGRP, group};
  std::size_t bytes = 0;
  if (::sysctl(name, 4, nullptr, &bytes, nullptr, 0) != 0) return false;
  std::vector<kinfo_proc> members(bytes / sizeof(kinfo_proc) + 8);
  bytes = members.size() * sizeof(kinfo_proc);
  if (::sysctl(name, 4, members.data(), &bytes, nullptr, 0) != 0) return false;
  members.resize(bytes / sizeof(kinfo_proc));
  for (const auto& member : members) {
    if (member.kp_proc.p_stat != SZOMB) return true;
  }
  return false;
}

}  // namespace escher::posix
