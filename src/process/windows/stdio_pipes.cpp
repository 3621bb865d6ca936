#include "process/windows/stdio_pipes.hpp"

#include <atomic>
#include <string>

#include "model/id.hpp"

namespace escher::windows {
namespace {

// As much as a pipe of Linux holds.
constexpr DWORD kPipeBytes = 65'536;

struct Pipe {
  UniqueHandle host;
  UniqueHandle child;
};

// A name that no other process can foresee. It is gone as soon as both ends are open.
std::wstring new_name() {
  static std::atomic<unsigned> count{0};
  static const std::string prefix =
      "\\\\.\\pipe\\escher-" + std::to_string(::GetCurrentProcessId()) + '-';
  return wide(prefix + std::to_string(++count) + '-' + format_id(random_id()));
}

// An anonymous pipe has no overlapped end, so it is a named one. `host_access`:
// PIPE_ACCESS_INBOUND if the host reads, else PIPE_ACCESS_OUTBOUND.
Result<Pipe> make_pipe(DWORD host_access) {
  const std::wstring name = new_name();
  constexpr DWORD kMode =
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
  Pipe pipe;
  pipe.host = UniqueHandle(::CreateNamedPipeW(
      name.c_str(), host_access | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE, kMode, 1,
      kPipeBytes, kPipeBytes, 0, nullptr));
  if (!pipe.host) return errors::spawn_failed(last_errno(), "CreateNamedPipe", {});
  // GetNamedPipeInfo and PeekNamedPipe need FILE_READ_ATTRIBUTES, which programs expect of stdio.
  const DWORD access = host_access == PIPE_ACCESS_INBOUND ? GENERIC_WRITE | FILE_READ_ATTRIBUTES
                                                          : GENERIC_READ | FILE_WRITE_ATTRIBUTES;
  pipe.child = UniqueHandle(::CreateFileW(name.c_str(), access, 0, nullptr, OPEN_EXISTING,
                                          FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!pipe.child) return errors::spawn_failed(last_errno(), "CreateFile", {});
  return pipe;
}

Result<UniqueHandle> open_null_device() {
  UniqueHandle device(::CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!device) return errors::spawn_failed(last_errno(), "CreateFile", "NUL");
  return device;
}

}  // namespace

Result<StdioPipes> make_stdio_pipes(bool open_stdin, bool merge_stderr) {
  StdioPipes stdio;
  if (open_stdin) {
    auto in = make_pipe(PIPE_ACCESS_OUTBOUND);
    if (!in) return in.error();
    stdio.in = std::move(in->host);
    stdio.child_in = std::move(in->child);
  } else {
    auto device = open_null_device();
    if (!device) return device.error();
    stdio.child_in = std::move(*device);
  }
  auto out = make_pipe(PIPE_ACCESS_INBOUND);
  if (!out) return out.error();
  stdio.out = std::move(out->host);
  stdio.child_out = std::move(out->child);
  if (merge_stderr) return stdio;
  auto err = make_pipe(PIPE_ACCESS_INBOUND);
  if (!err) return err.error();
  stdio.err = std::move(err->host);
  stdio.child_err = std::move(err->child);
  return stdio;
}

}  // namespace escher::windows
