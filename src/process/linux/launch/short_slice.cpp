#include "process/short_slice.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace escher {
namespace {

struct SchedulingAttributes {  // the kernel's struct sched_attr, without its newest fields
  std::uint32_t size, policy;
  std::uint64_t flags;
  std::int32_t nice;
  std::uint32_t priority;
  std::uint64_t runtime, deadline, period;
};
constexpr std::uint64_t kResetOnFork = 1;  // SCHED_FLAG_RESET_ON_FORK

}  // namespace

void ask_for_short_slice() {
  SchedulingAttributes attributes = {};
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  // 0: the kernel has no setting for it.
  if (attributes.policy != SCHED_OTHER || attributes.runtime == 0) return;
  // The reset would take a negative nice value from the children too.
  if (attributes.nice < 0) return;
  // Not the shortest one: when it is used up, the thread waits for a whole slice of the others.
  attributes.runtime = attributes.runtime / 3 * 2;
  attributes.flags |= kResetOnFork;
  ::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace escher
