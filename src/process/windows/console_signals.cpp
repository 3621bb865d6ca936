#include "process/windows/console_signals.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/signals.hpp"
#include "model/windows/native.hpp"
#include "process/windows/initializers.hpp"
#include "process/windows/job.hpp"
#include "process/windows/stdio_pipes.hpp"

namespace escher::windows {
namespace {

// An answer takes about a millisecond, and the start of the helper some more. Without an answer the
// helper is given up, and another one is started for the next signal.
constexpr DWORD kPatience = 2000;

// The folder of the module that this code is in, with a backslash.
std::wstring own_folder() {
  HMODULE module = nullptr;
  ::GetModuleHandleExW(
      GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
      reinterpret_cast<LPCWSTR>(reinterpret_cast<const void*>(&own_folder)), &module);
  std::wstring path(32'768, L'\0');
  path.resize(::GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size())));
  return path.substr(0, path.rfind(L'\\') + 1);
}

std::optional<char> event_for(int signal) {
  switch (signal) {
    case SIGINT:
      return 'c';
    case SIGBREAK:
    case SIGTERM:
    case SIGHUP:
    case SIGQUIT:
      return 'b';
    default:
      return std::nullopt;
  }
}

class Helper {
 public:
  static std::unique_ptr<Helper> start() {
    auto stdio = make_stdio_pipes(true, true);
    auto job = Job::create(false);
    if (!stdio || !job) return nullptr;
    const std::wstring program = own_folder() + L"escher-console-helper.exe";
    STARTUPINFOEXW startup = {};
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = stdio->child_in.get();
    startup.StartupInfo.hStdOutput = stdio->child_out.get();
    startup.StartupInfo.hStdError = stdio->child_out.get();
    std::vector<HANDLE> handles{stdio->child_in.get(), stdio->child_out.get()};
    for (const HANDLE handle : handles) {
      ::SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    InJobWithHandles in_job((*job)->handle(), handles);
    DefaultLauncher attributes;
    if (in_job.on_setup(attributes, {}, {})) return nullptr;
    startup.lpAttributeList = attributes.startup_info.lpAttributeList;
    PROCESS_INFORMATION created = {};
    std::wstring line = L"escher-console-helper";
    // Without a console: it attaches to those of others.
    if (::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE,
                         DETACHED_PROCESS | EXTENDED_STARTUPINFO_PRESENT, nullptr, nullptr,
                         &startup.StartupInfo, &created) == 0) {
      return nullptr;
    }
    ::CloseHandle(created.hThread);
    ::CloseHandle(created.hProcess);
    return std::unique_ptr<Helper>(
        new Helper(std::move(*job), std::move(stdio->in), std::move(stdio->out)));
  }

  // Nothing: it did not answer.
  std::optional<bool> send(int pid, char event) {
    std::string line = event + std::to_string(pid) + '\n';
    if (!transfer(in_.get(), line.data(), line.size(), true)) return std::nullopt;
    char answer = 0;
    if (!transfer(out_.get(), &answer, 1, false)) return std::nullopt;
    return answer == '+';
  }

 private:
  Helper(std::shared_ptr<Job> job, UniqueHandle in, UniqueHandle out)
      : job_(std::move(job)),
        in_(std::move(in)),
        out_(std::move(out)),
        event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)) {}

  bool transfer(HANDLE pipe, char* bytes, std::size_t size, bool writes) {
    OVERLAPPED overlapped = {};
    overlapped.hEvent = event_.get();
    const auto count = static_cast<DWORD>(size);
    const BOOL is_done = writes ? ::WriteFile(pipe, bytes, count, nullptr, &overlapped)
                                : ::ReadFile(pipe, bytes, count, nullptr, &overlapped);
    if (is_done == 0 && ::GetLastError() != ERROR_IO_PENDING) return false;
    if (::WaitForSingleObject(event_.get(), kPatience) != WAIT_OBJECT_0) {
      ::CancelIoEx(pipe, &overlapped);
    }
    DWORD moved = 0;
    return ::GetOverlappedResult(pipe, &overlapped, &moved, TRUE) != 0 && moved == count;
  }

  const std::shared_ptr<Job> job_;
  const UniqueHandle in_;
  const UniqueHandle out_;
  const UniqueHandle event_;
};

}  // namespace

bool send_console_signal(int pid, int signal) {
  const auto event = event_for(signal);
  if (!event) return false;
  static std::mutex mutex;
  static std::unique_ptr<Helper> helper;
  const std::lock_guard lock(mutex);
  if (!helper) helper = Helper::start();
  if (!helper) return false;
  const auto sent = helper->send(pid, *event);
  if (!sent) helper.reset();
  return sent.value_or(false);
}

}  // namespace escher::windows
