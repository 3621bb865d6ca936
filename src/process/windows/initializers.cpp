#include "process/windows/initializers.hpp"

#include <algorithm>

namespace escher::windows {
namespace {

// Some headers lack these names.
constexpr DWORD_PTR kHandleList = 0x00020002;  // PROC_THREAD_ATTRIBUTE_HANDLE_LIST
constexpr DWORD_PTR kJobList = 0x0002000D;     // PROC_THREAD_ATTRIBUTE_JOB_LIST

ErrorCode last_error() {
  return {static_cast<int>(::GetLastError()), boost::system::system_category()};
}

}  // namespace

Attributes::Attributes(DWORD count) {
  SIZE_T size = 0;
  ::InitializeProcThreadAttributeList(nullptr, count, 0, &size);
  memory_.resize(size);
  auto* const list = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
  if (::InitializeProcThreadAttributeList(list, count, 0, &size) != 0) list_ = list;
}

Attributes::~Attributes() {
  if (list_ != nullptr) ::DeleteProcThreadAttributeList(list_);
}

bool Attributes::add(DWORD_PTR attribute, std::vector<HANDLE>& handles) {
  return list_ != nullptr &&
         ::UpdateProcThreadAttribute(list_, 0, attribute, handles.data(),
                                     handles.size() * sizeof(HANDLE), nullptr, nullptr) != 0;
}

InJobWithHandles::InJobWithHandles(HANDLE job, std::vector<HANDLE> handles)
    : jobs_{job}, handles_(std::move(handles)) {
  // A handle that is listed twice makes the launch fail.
  std::sort(handles_.begin(), handles_.end());
  handles_.erase(std::unique(handles_.begin(), handles_.end()), handles_.end());
}

ErrorCode InJobWithHandles::on_setup(DefaultLauncher& launcher, const Path&, const std::wstring&) {
  if (!attributes_.add(kHandleList, handles_) || !attributes_.add(kJobList, jobs_)) {
    return last_error();
  }
  launcher.startup_info.lpAttributeList = attributes_.get();
  launcher.creation_flags |= EXTENDED_STARTUPINFO_PRESENT;
  launcher.inherit_handles = true;
  return {};
}

ErrorCode EnvironmentBlock::on_setup(DefaultLauncher& launcher, const Path&, const std::wstring&) {
  launcher.environment = block_.data();
  launcher.creation_flags |= CREATE_UNICODE_ENVIRONMENT;
  return {};
}

ErrorCode HiddenConsole::on_setup(DefaultLauncher& launcher, const Path&,
                                  const std::wstring&) const {
  launcher.creation_flags |= CREATE_NO_WINDOW;
  launcher.startup_info.StartupInfo.dwFlags |= STARTF_USESHOWWINDOW;
  launcher.startup_info.StartupInfo.wShowWindow = SW_HIDE;
  return {};
}

void KeptProcess::on_success(DefaultLauncher& launcher, const Path&, const std::wstring&) {
  const auto& created = launcher.process_information;
  pid = static_cast<int>(created.dwProcessId);
  HANDLE copy = nullptr;
  if (::DuplicateHandle(::GetCurrentProcess(), created.hProcess, ::GetCurrentProcess(), &copy, 0,
                        FALSE, DUPLICATE_SAME_ACCESS) != 0) {
    handle.reset(copy);
  }
}

}  // namespace escher::windows
