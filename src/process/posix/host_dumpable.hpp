// Keeps the host dumpable while a child that shares its memory changes its user: the kernel then
// makes that memory, and so the host, not dumpable. `/proc/self` of the host would belong to root,
// and no debugger could attach to it. Spawn thread.
#pragma once

#if defined(__linux__)
#include <sys/prctl.h>
#endif

namespace escher::posix {

class KeptDumpable {
 public:
#if defined(__linux__)
  // No effect unless `changes_user`.
  explicit KeptDumpable(bool changes_user)
      : was_dumpable_(changes_user && ::prctl(PR_GET_DUMPABLE) == 1) {}
  ~KeptDumpable() {
    if (was_dumpable_) ::prctl(PR_SET_DUMPABLE, 1);
  }
#else
  explicit KeptDumpable(bool) {}
#endif
  KeptDumpable(const KeptDumpable&) = delete;
  KeptDumpable& operator=(const KeptDumpable&) = delete;

#if defined(__linux__)
 private:
  const bool was_dumpable_;
#endif
};

}  // namespace escher::posix
