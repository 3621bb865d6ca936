// Asks console programs to end, as Ctrl+C and Ctrl+Break do. A process can send them only to its
// own console, which a desktop app lacks. So a helper process, escher-console-helper.exe next to
// the addon, attaches to the console of the command and sends them there. It starts at the first
// use, and ends with the host. Any thread; waits a moment for the answer of the helper.
#pragma once

namespace escher::windows {

// SIGINT is Ctrl+C; SIGBREAK, SIGTERM, SIGHUP and SIGQUIT are Ctrl+Break, which programs cannot
// ignore by default. False: no console received it, or the signal has no such meaning.
bool send_console_signal(int pid, int signal);

}  // namespace escher::windows
