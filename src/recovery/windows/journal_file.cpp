#include "recovery/journal_file.hpp"

#include <fcntl.h>
#include <io.h>

#include <cerrno>
#include <utility>

#include "model/windows/native.hpp"
#include "output/windows/private_access.hpp"

// A journal is open without sharing: as long as its engine lives, no other one can open it.

namespace escher {
namespace {

using windows::UniqueHandle;

int open_exclusive(const std::string& path, DWORD access, DWORD disposition) {
  UniqueHandle file(::CreateFileW(windows::long_path(path).c_str(), access, 0,
                                  windows::private_access(), disposition,
                                  FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  if (!file) {
    errno = windows::last_errno();
    return -1;
  }
  const int fd = ::_open_osfhandle(reinterpret_cast<std::intptr_t>(file.get()),
                                   _O_RDWR | _O_BINARY | _O_NOINHERIT);
  if (fd >= 0) static_cast<void>(file.release());
  return fd;
}

HANDLE handle_of(int fd) { return reinterpret_cast<HANDLE>(::_get_osfhandle(fd)); }

}  // namespace

int own_pid() { return static_cast<int>(::GetCurrentProcessId()); }

Result<int> create_journal(const std::string& path) {
  const int fd = open_exclusive(path, GENERIC_READ | GENERIC_WRITE | DELETE, CREATE_NEW);
  if (fd < 0) return errors::io(errno, "open", path);
  return fd;
}

bool truncate_journal(int fd, std::size_t size) {
  return ::_chsize(fd, static_cast<long>(size)) == 0;
}

std::size_t size_of_journal(int fd) {
  const auto size = ::_filelengthi64(fd);
  return size > 0 ? static_cast<std::size_t>(size) : 0;
}

std::ptrdiff_t write_journal(int fd, std::size_t offset, std::string_view text) {
  if (::_lseeki64(fd, static_cast<long long>(offset), SEEK_SET) < 0) return -1;
  return ::_write(fd, text.data(), static_cast<unsigned>(text.size()));
}

void close_journal(int fd, const std::string&, bool remove) {
  if (remove) {
    FILE_DISPOSITION_INFO disposition = {TRUE};
    ::SetFileInformationByHandle(handle_of(fd), FileDispositionInfo, &disposition,
                                 sizeof disposition);
  }
  ::_close(fd);
}

JournalFile::JournalFile(JournalFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

JournalFile::~JournalFile() {
  if (fd_ >= 0) ::_close(fd_);
}

bool JournalFile::is_own() const {
  BY_HANDLE_FILE_INFORMATION facts = {};
  constexpr DWORD kOther = FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY;
  return fd_ >= 0 && ::GetFileInformationByHandle(handle_of(fd_), &facts) != 0 &&
         (facts.dwFileAttributes & kOther) == 0 && facts.nNumberOfLinks == 1 &&
         windows::is_own(handle_of(fd_));
}

// It could be opened.
bool JournalFile::lock() { return true; }

std::string JournalFile::read() const {
  std::string text;
  char block[16 * 1024];
  int got = 0;
  ::_lseeki64(fd_, 0, SEEK_SET);
  while ((got = ::_read(fd_, block, sizeof block)) > 0) {
    text.append(block, static_cast<std::size_t>(got));
  }
  return text;
}

class JournalDirectory::Impl {
 public:
  std::string path;
};

JournalDirectory::JournalDirectory(const std::string& path)
    : impl_(std::make_unique<Impl>(Impl{path + '\\'})) {}
JournalDirectory::~JournalDirectory() = default;

std::vector<std::string> JournalDirectory::names() const {
  std::vector<std::string> names;
  WIN32_FIND_DATAW found = {};
  const std::string pattern = impl_->path + '*' + std::string(kJournalSuffix);
  const HANDLE search = ::FindFirstFileW(windows::wide(pattern).c_str(), &found);
  if (search == INVALID_HANDLE_VALUE) return names;
  do {
    names.push_back(windows::utf8(&found.cFileName[0]));
  } while (::FindNextFileW(search, &found) != 0);
  ::FindClose(search);
  return names;
}

JournalFile JournalDirectory::open(const std::string& name) const {
  return JournalFile(
      open_exclusive(impl_->path + name, GENERIC_READ | GENERIC_WRITE | DELETE, OPEN_EXISTING));
}

// By its handle: the name may belong to another file meanwhile.
void JournalDirectory::remove(const std::string&, const JournalFile& file) const {
  FILE_DISPOSITION_INFO disposition = {TRUE};
  ::SetFileInformationByHandle(handle_of(file.descriptor()), FileDispositionInfo, &disposition,
                               sizeof disposition);
}

}  // namespace escher
