// escher-console-helper.exe: sends Ctrl+C and Ctrl+Break to the consoles of commands, for a host
// that has none. It reads lines `c<pid>` or `b<pid>` from stdin, and answers each with `+` or `-`.
// It ends with its stdin. Uses the system's library alone: see process/windows/console_signals.hpp.
#include <windows.h>

namespace {

BOOL WINAPI survive(DWORD) { return TRUE; }

// It is in the console itself while it sends, and must not end of it.
bool send(DWORD pid, DWORD event) {
  ::FreeConsole();
  if (::AttachConsole(pid) == 0) return false;
  ::SetConsoleCtrlHandler(survive, TRUE);
  // 0: every process of the console, which the engine has made for this command alone.
  const bool is_sent = ::GenerateConsoleCtrlEvent(event, 0) != 0;
  ::FreeConsole();
  return is_sent;
}

}  // namespace

int main() {
  const HANDLE in = ::GetStdHandle(STD_INPUT_HANDLE);
  const HANDLE out = ::GetStdHandle(STD_OUTPUT_HANDLE);
  char command = 0;
  DWORD pid = 0;
  char next = 0;
  DWORD count = 0;
  while (::ReadFile(in, &next, 1, &count, nullptr) != 0 && count == 1) {
    if (next >= '0' && next <= '9') {
      pid = pid * 10 + static_cast<DWORD>(next - '0');
    } else if (next == '\n') {
      const bool is_sent = pid != 0 && send(pid, command == 'c' ? CTRL_C_EVENT : CTRL_BREAK_EVENT);
      const char answer = is_sent ? '+' : '-';
      if (::WriteFile(out, &answer, 1, &count, nullptr) == 0) return 1;
      pid = 0;
    } else {
      command = next;
    }
  }
  return 0;
}
