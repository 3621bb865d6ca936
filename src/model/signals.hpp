// The numbers of signals. Windows has no signals: there the numbers are those that Node.js uses,
// and a signal is a request to end a console program, or to terminate a job. Values; any thread.
#pragma once

#include <csignal>
#include <string_view>

#if defined(_WIN32)
#if !defined(SIGHUP)
#define SIGHUP 1
#endif
#if !defined(SIGQUIT)
#define SIGQUIT 3
#endif
#if !defined(SIGKILL)
#define SIGKILL 9
#endif
#if !defined(SIGBREAK)
#define SIGBREAK 21
#endif
#endif

namespace escher {

#if defined(_WIN32)
inline constexpr int kLastSignal = 31;
#else
inline constexpr int kLastSignal = NSIG - 1;
#endif

// Of signals whose default action terminates a process; empty for others.
std::string_view signal_name(int signal);

}  // namespace escher
