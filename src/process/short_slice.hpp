// The time slice of a thread. Called by the runtime, for the thread that calls.
#pragma once

namespace escher {

// Asks the scheduler for a slice a third shorter than the usual one. When this thread is woken, it
// then runs at once, and not after the slice of the one that computes on its CPU. It gets no more
// CPU time by that. What it launches has the usual slice. No effect before Linux 6.12, on other
// systems, with a negative nice value, and where a sandbox refuses it.
#if defined(__linux__)
void ask_for_short_slice();
#else
inline void ask_for_short_slice() {}
#endif

}  // namespace escher
