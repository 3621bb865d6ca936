#include "recovery/log_directory.hpp"

#include <cstring>
#include <optional>

#include "model/windows/native.hpp"
#include "output/windows/private_access.hpp"

// A file is looked at and removed through its handle. An execution that writes to a log shares it
// for reading only, so that the handle which removes it cannot be opened meanwhile.

namespace escher {
namespace {

using windows::UniqueHandle;

std::uint64_t joined(DWORD high, DWORD low) { return (std::uint64_t{high} << 32U) | low; }

// FILETIME counts 100 nanoseconds since 1601.
EpochMillis to_epoch(const FILETIME& time) {
  constexpr double kEpochOfUnix = 11'644'473'600'000.0;
  return static_cast<double>(joined(time.dwHighDateTime, time.dwLowDateTime)) / 10'000 -
         kEpochOfUnix;
}

struct OpenLog {
  UniqueHandle file;
  LogFacts facts;
};

// Nothing if the file is not a log of this user.
std::optional<OpenLog> open_log(const std::string& directory, const std::string& name, DWORD access,
                                DWORD share) {
  OpenLog log{UniqueHandle(::CreateFileW(windows::long_path(directory + "\\" + name).c_str(),
                                         GENERIC_READ | access, share, nullptr, OPEN_EXISTING,
                                         FILE_FLAG_OPEN_REPARSE_POINT, nullptr)),
              {name}};
  BY_HANDLE_FILE_INFORMATION facts = {};
  if (!log.file || ::GetFileInformationByHandle(log.file.get(), &facts) == 0) return std::nullopt;
  constexpr DWORD kForeign = FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY;
  if ((facts.dwFileAttributes & kForeign) != 0 || facts.nNumberOfLinks != 1) return std::nullopt;
  char begin[kLogMark.size()];
  DWORD length = 0;
  if (::ReadFile(log.file.get(), begin, sizeof begin, &length, nullptr) == 0) return std::nullopt;
  if (length != sizeof begin || std::memcmp(begin, kLogMark.data(), sizeof begin) != 0) {
    return std::nullopt;
  }
  if (!windows::is_own(log.file.get())) return std::nullopt;
  log.facts.bytes = joined(facts.nFileSizeHigh, facts.nFileSizeLow);
  log.facts.written_at = to_epoch(facts.ftLastWriteTime);
  return log;
}

}  // namespace

struct LogDirectory::Handle {
  std::string path;
};

LogDirectory::LogDirectory(const std::string& path)
    : handle_(std::make_unique<Handle>(Handle{path})) {}

LogDirectory::~LogDirectory() = default;

std::vector<LogFacts> LogDirectory::logs() const {
  std::vector<LogFacts> logs;
  WIN32_FIND_DATAW entry = {};
  const HANDLE search =
      ::FindFirstFileW(windows::long_path(handle_->path + "\\*.log").c_str(), &entry);
  if (search == INVALID_HANDLE_VALUE) return logs;
  do {
    const std::string name = windows::utf8(entry.cFileName);
    if (!is_log_name(name)) continue;
    constexpr DWORD kAll = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    if (auto log = open_log(handle_->path, name, 0, kAll)) logs.push_back(std::move(log->facts));
  } while (::FindNextFileW(search, &entry) != 0);
  ::FindClose(search);
  return logs;
}

bool LogDirectory::remove(const LogFacts& log) const {
  const auto open = open_log(handle_->path, log.name, DELETE, 0);
  if (!open || open->facts.bytes != log.bytes || open->facts.written_at != log.written_at) {
    return false;
  }
  FILE_DISPOSITION_INFO remove = {TRUE};
  return ::SetFileInformationByHandle(open->file.get(), FileDispositionInfo, &remove,
                                      sizeof remove) != 0;
}

}  // namespace escher
