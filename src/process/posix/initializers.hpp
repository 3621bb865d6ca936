// Initializers of Boost.Process v2 for what the library has none: one type for each option of a
// launch. The stock ones serve for stdio, the working directory and the environment. Each of these
// works in every launcher of the library that runs `on_exec_setup`, except InCgroup;
// PosixSpawnLauncher maps them to attributes of posix_spawn.
//
// They run in the order in which they are passed; launch() in posix/launch.cpp has the order in
// which they need each other. `kStep` names the step in the error of a failed launch. An option
// that is added later is one more type.
//
// Between clone and execve the child runs in the memory of the host. So `on_exec_setup` allocates
// nothing and takes no lock.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "process/boost_process.hpp"

namespace escher::posix {

class CloneLauncher;

using ErrorCode = v2::error_code;
using Path = v2::filesystem::path;
using DefaultLauncher = v2::posix::default_launcher;
using CommandLine = const char* const*;

// Every signal gets its default action. execve keeps what is ignored, and Node ignores SIGPIPE and
// SIGXFSZ: without this, `yes | head` would not end.
struct DefaultSignals {
  // The signals that the host may ignore; signal 1 is bit 0. On Linux 5.5 and later CloneLauncher
  // needs a call for each of these only, and none for the others.
  std::uint64_t ignored = ~std::uint64_t{0};

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
  ErrorCode on_exec_setup(CloneLauncher&, const Path&, CommandLine) const;
};

// No signal is blocked. Passed last, since a signal that is pending for the child may end it at
// once. The child has the mask of the spawn thread until then, which blocks all of them.
struct UnblockedSignals {
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The child leads a session and a process group of its own, without a controlling terminal.
struct NewSession {
  static constexpr const char* kStep = "setsid";
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The terminal with this descriptor becomes the controlling one. Passed after NewSession, since
// only a session without one can get it.
struct ControllingTerminal {
  static constexpr const char* kStep = "TIOCSCTTY";
  int descriptor = -1;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The child gets SIGKILL when the thread that launched it ends, which must therefore live as long
// as the host. Linux (parent-death signal); it has no effect on macOS. The kernel clears the
// setting when the user or the group of the child changes.
struct BoundToHost {
  static constexpr const char* kStep = "prctl";
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;

 private:
  pid_t host_ = ::getpid();
};

// How a child enters its cgroup: it is created inside, or it moves there before execve. A move may
// take the kernel 10 ms; creation inside needs Linux 5.7.
enum class CgroupEntry : std::uint8_t { create, create_or_move, move };

// The child runs in the cgroup with this directory. CloneLauncher only.
struct InCgroup {
  static constexpr const char* kStep = "cgroup";
  int directory_fd = -1;
  CgroupEntry entry = CgroupEntry::create;

  ErrorCode on_setup(CloneLauncher&, const Path&, CommandLine) const;
  ErrorCode on_exec_setup(CloneLauncher&, const Path&, CommandLine) const;
};

// The working directory, by a descriptor of it. Passed before process_start_dir, whose path may be
// relative to it.
struct StartDirectory {
  static constexpr const char* kStep = "fchdir";
  int descriptor = -1;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// Closes every descriptor that is not in the launcher's `fd_whitelist`, which is stdio, and what
// bind_fd adds. It reports no error: it falls back to /proc where the kernel has no close_range.
// Passed before OpenFiles and ResourceLimits, since the fallback needs a descriptor.
struct CloseDescriptors {
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// Calls execve for the file with this descriptor, before the launcher calls it for the path. It
// needs no access to /proc, which a host that has changed its user refuses to its own children.
// Passed after all others. If it fails, the path is tried; without a descriptor it does nothing.
// Linux only.
struct ExecuteDescriptor {
  int fd = -1;

  ErrorCode on_setup(DefaultLauncher&, const Path&, CommandLine) const;
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The soft limit of open files. No effect if it is above the hard limit.
struct OpenFiles {
  static constexpr const char* kStep = "setrlimit";
  rlim_t soft = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// Limits of resources. A stricter hard limit of the host stays in force.
class ResourceLimits {
 public:
  static constexpr const char* kStep = "setrlimit";
  static constexpr std::size_t kMaxCount = 8;

  // At most kMaxCount times.
  void add(int resource, rlim_t soft, rlim_t hard) { limits_[count_++] = {resource, soft, hard}; }
  bool empty() const { return count_ == 0; }

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;

 private:
  struct Limit {
    int resource;
    rlim_t soft;
    rlim_t hard;
  };
  Limit limits_[kMaxCount] = {};
  std::size_t count_ = 0;
};

// The limit that marks the descendants of an engine, see policy/limit_mark.hpp. Where a sandbox
// refuses it, there is no mark. It has no effect on macOS.
struct LimitMark {
  rlim_t soft = 0;
  rlim_t hard = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};
// That limit of this process. False: there is none.
bool get_mark_limit(rlimit* limit);

// The child begins on the CPU of the thread that launches it, and may use those of the host from
// execve on. The thread may use them again when this is destroyed. It reports no error: without it,
// the child begins elsewhere. CloneLauncher only; it has no effect on macOS.
class OnLauncherCpu {
 public:
  OnLauncherCpu() = default;
  ~OnLauncherCpu();
  OnLauncherCpu(const OnLauncherCpu&) = delete;
  OnLauncherCpu& operator=(const OnLauncherCpu&) = delete;

  ErrorCode on_setup(CloneLauncher&, const Path&, CommandLine);
  ErrorCode on_exec_setup(CloneLauncher&, const Path&, CommandLine) const;

 private:
  static constexpr std::size_t kMostCpus = 4096;
  using Cpus = std::array<std::uint64_t, kMostCpus / 64>;
  // Those that the host may use, and the size that the kernel has for them; 0: nothing was changed.
  Cpus cpus_;
  long bytes_ = 0;
};

// The nice value.
struct Priority {
  static constexpr const char* kStep = "setpriority";
  int nice = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The umask.
struct FileModeMask {
  static constexpr const char* kStep = "umask";
  mode_t mask = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// Removes the supplementary groups. As in Node, it reports no error: without the privilege for it,
// the steps that follow fail, or change nothing.
struct NoSupplementaryGroups {
  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The group. Passed before UserId, which gives up the privilege for it.
struct GroupId {
  static constexpr const char* kStep = "setgid";
  gid_t gid = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// The user. Passed after what needs a privilege, and before BoundToHost, which it cancels. The
// launch needs a KeptDumpable, see host_dumpable.hpp.
struct UserId {
  static constexpr const char* kStep = "setuid";
  uid_t uid = 0;

  ErrorCode on_exec_setup(DefaultLauncher&, const Path&, CommandLine) const;
};

// ---- The name of the step that an initializer is.

template <typename Init>
constexpr const char* step_of(const Init&) {
  if constexpr (requires { Init::kStep; }) {
    return Init::kStep;
  } else {
    return "on_exec_setup";
  }
}
inline const char* step_of(const v2::process_start_dir&) { return "chdir"; }
inline const char* step_of(const v2::process_stdio&) { return "dup2"; }

}  // namespace escher::posix
