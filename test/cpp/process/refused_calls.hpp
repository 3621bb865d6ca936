// A process in which a system call is rejected.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cstddef>
#include <cstdint>

namespace escher::test {

// A system call. With `argument`, only calls in which the argument at that index is `value`.
struct KernelCall {
  static constexpr unsigned kAnyArgument = 6;
  std::uint32_t number;
  unsigned argument = kAnyArgument;
  std::uint32_t value = 0;
};

// Makes the call fail with `os_error` in this process. False: no seccomp filters on this system.
inline bool refuse_call(const KernelCall& call, unsigned os_error) {
  constexpr std::uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS, kEqual = BPF_JMP | BPF_JEQ | BPF_K;
  constexpr std::uint16_t kReturn = BPF_RET | BPF_K;
  const std::uint8_t any = call.argument == KernelCall::kAnyArgument ? 2 : 0;
  const unsigned argument = any != 0 ? 0 : call.argument;
  // The lower half of an argument comes first (little endian).
  const auto at = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * argument);
  sock_filter filter[] = {
      {kLoad, 0, 0, offsetof(seccomp_data, nr)},
      {kEqual, any, 3, call.number},
      {kLoad, 0, 0, at},
      {kEqual, 0, 1, call.value},
      {kReturn, 0, 0, SECCOMP_RET_ERRNO | os_error},
      {kReturn, 0, 0, SECCOMP_RET_ALLOW},
  };
  const sock_fprog program{sizeof filter / sizeof filter[0], filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace escher::test
