#include "model/signals.hpp"

namespace escher {
namespace {

struct SignalName {
  int value;
  std::string_view name;
};

// Signals with a POSIX name whose default action terminates the process.
constexpr SignalName kSignalNames[] = {
#if defined(_WIN32)
    {SIGABRT, "SIGABRT"}, {SIGBREAK, "SIGBREAK"}, {SIGFPE, "SIGFPE"},   {SIGHUP, "SIGHUP"},
    {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},     {SIGKILL, "SIGKILL"}, {SIGQUIT, "SIGQUIT"},
    {SIGSEGV, "SIGSEGV"}, {SIGTERM, "SIGTERM"},
#else
    {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
    {SIGHUP, "SIGHUP"},   {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGKILL, "SIGKILL"},
    {SIGPIPE, "SIGPIPE"}, {SIGPROF, "SIGPROF"}, {SIGQUIT, "SIGQUIT"}, {SIGSEGV, "SIGSEGV"},
    {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"}, {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"},
    {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
#endif
};

}  // namespace

std::string_view signal_name(int signal) {
  for (const auto& entry : kSignalNames) {
    if (entry.value == signal) return entry.name;
  }
  return {};
}

}  // namespace escher
