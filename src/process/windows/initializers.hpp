// Initializers of Boost.Process v2 for the launcher of Windows, for what the library has none: one
// type for each option of a launch. The stock ones serve for stdio and the working directory. They
// live until the launch is over, since the system reads what they hold during it.
#pragma once

#include <string>
#include <vector>

#include "model/windows/native.hpp"
#include "process/boost_process.hpp"

namespace escher::windows {

using ErrorCode = v2::error_code;
using Path = v2::filesystem::path;
using DefaultLauncher = v2::windows::default_launcher;

// The attributes of a process to be created.
class Attributes {
 public:
  explicit Attributes(DWORD count);
  ~Attributes();
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  // `handles` outlives this object.
  bool add(DWORD_PTR attribute, std::vector<HANDLE>& handles);
  LPPROC_THREAD_ATTRIBUTE_LIST get() { return list_; }

 private:
  std::vector<char> memory_;
  LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
};

// The child is created inside the job, and inherits these handles and no others. Without the list
// it would inherit every inheritable handle of the host. Passed after process_stdio, which makes
// them inheritable.
class InJobWithHandles {
 public:
  InJobWithHandles(HANDLE job, std::vector<HANDLE> handles);
  ErrorCode on_setup(DefaultLauncher& launcher, const Path&, const std::wstring&);

 private:
  std::vector<HANDLE> jobs_;
  std::vector<HANDLE> handles_;
  Attributes attributes_{2};
};

// The environment block, as policy/windows_environment makes it.
class EnvironmentBlock {
 public:
  explicit EnvironmentBlock(std::string_view utf8_block) : block_(wide(utf8_block)) {}
  ErrorCode on_setup(DefaultLauncher& launcher, const Path&, const std::wstring&);

 private:
  std::wstring block_;
};

// A console of its own that has no window: it is what a request to end the command is sent to, and
// no window flashes up in a desktop app.
struct HiddenConsole {
  ErrorCode on_setup(DefaultLauncher& launcher, const Path&, const std::wstring&) const;
};

// Keeps a handle of the process. The basic_process that the launcher returns owns another one.
class KeptProcess {
 public:
  void on_success(DefaultLauncher& launcher, const Path&, const std::wstring&);
  ErrorCode on_setup(DefaultLauncher&, const Path&, const std::wstring&) const { return {}; }

  UniqueHandle handle;
  int pid = 0;
};

}  // namespace escher::windows
