// The child program of the tests on Windows: does what its arguments say, one after the other.
//
//   argv …        prints the arguments that follow, one a line, as the C runtime has split them
//   lines N       prints N lines, to stdout and stderr in turn
//   bytes N       prints N bytes without a line break
//   cat           copies stdin to stdout
//   env NAME      prints the variable
//   cwd           prints the working directory
//   child …       starts itself with the arguments that follow, prints its pid, and does not wait
//   for its end detached …    the same, outside of its console and with none of its handles tree …
//   as detached, and then sleeps sleep         until it is ended exit N
#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string utf8(const wchar_t* text) {
  std::string result(static_cast<std::size_t>(
                         ::WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr)),
                     '\0');
  ::WideCharToMultiByte(CP_UTF8, 0, text, -1, result.data(), static_cast<int>(result.size()),
                        nullptr, nullptr);
  result.pop_back();
  return result;
}

void print(const std::string& text, int fd = 1) {
  ::_write(fd, text.data(), static_cast<unsigned>(text.size()));
}

std::wstring event_name(DWORD pid) { return L"Local\\escher-puppet-" + std::to_wstring(pid); }

void sleep() {
  ::CreateEventW(nullptr, TRUE, TRUE, event_name(::GetCurrentProcessId()).c_str());
  ::Sleep(INFINITE);
}

// Waits until the child sleeps, or has ended.
void wait_asleep(const PROCESS_INFORMATION& child) {
  while (::WaitForSingleObject(child.hProcess, 5) == WAIT_TIMEOUT) {
    if (::OpenEventW(SYNCHRONIZE, FALSE, event_name(child.dwProcessId).c_str()) != nullptr) return;
  }
}

int start(int count, wchar_t** arguments, bool detached) {
  wchar_t program[MAX_PATH];
  ::GetModuleFileNameW(nullptr, &program[0], MAX_PATH);
  std::wstring line = L"puppet";
  for (int i = 0; i < count; ++i) line.append(L" ").append(arguments[i]);
  STARTUPINFOW startup = {};
  startup.cb = sizeof startup;
  PROCESS_INFORMATION created = {};
  const DWORD flags = detached ? DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP : 0;
  if (::CreateProcessW(&program[0], line.data(), nullptr, nullptr, detached ? FALSE : TRUE, flags,
                       nullptr, nullptr, &startup, &created) == 0) {
    return static_cast<int>(::GetLastError());
  }
  wait_asleep(created);
  print(std::to_string(created.dwProcessId) + "\n");
  return 0;
}

std::string directory() {
  wchar_t path[MAX_PATH];
  ::GetCurrentDirectoryW(MAX_PATH, &path[0]);
  return utf8(&path[0]);
}

void cat() {
  char block[4096];
  int got = 0;
  while ((got = ::_read(0, block, sizeof block)) > 0) print({block, static_cast<std::size_t>(got)});
}

}  // namespace

int main() {
  int count = 0;
  wchar_t** const all = ::CommandLineToArgvW(::GetCommandLineW(), &count);
  // A detached one has none.
  if (::GetFileType(::GetStdHandle(STD_OUTPUT_HANDLE)) != FILE_TYPE_UNKNOWN) {
    for (int fd = 0; fd < 3; ++fd) ::_setmode(fd, _O_BINARY);
  }
  for (int i = 1; i < count; ++i) {
    const std::wstring word = all[i];
    const auto number = [&] { return std::wcstoul(all[++i], nullptr, 10); };
    if (word == L"argv") {
      for (++i; i < count; ++i) print("[" + utf8(all[i]) + "]\n");
    } else if (word == L"lines") {
      const unsigned long lines = number();
      for (unsigned long n = 0; n < lines; ++n) {
        print("line " + std::to_string(n) + "\n", n % 2 == 0 ? 1 : 2);
      }
    } else if (word == L"bytes") {
      print(std::string(number(), 'x'));
    } else if (word == L"cat") {
      cat();
    } else if (word == L"env") {
      wchar_t value[4096] = {};
      ::GetEnvironmentVariableW(all[++i], &value[0], 4096);
      print(utf8(&value[0]) + "\n");
    } else if (word == L"cwd") {
      print(directory() + "\n");
    } else if (word == L"child" || word == L"detached") {
      return start(count - i - 1, all + i + 1, word == L"detached");
    } else if (word == L"tree") {
      if (start(count - i - 1, all + i + 1, true) != 0) return 1;
      ::Sleep(INFINITE);
    } else if (word == L"sleep") {
      sleep();
    } else if (word == L"exit") {
      ::ExitProcess(static_cast<UINT>(number()));
    }
  }
  return 0;
}
