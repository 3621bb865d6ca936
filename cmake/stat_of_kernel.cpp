// The stat functions, in builds for an old glibc with the compiler of Zig. glibc before 2.33 has
// them in a static part of its own; that of Zig 0.11 reports a failure, but does not set the errno
// of the thread. These call the kernel, whose structure is that of glibc on 64-bit systems. Only
// what is linked with them uses them.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

int stat_at(int directory, const char* path, void* facts, int flags) {
  return static_cast<int>(::syscall(SYS_newfstatat, directory, path, facts, flags));
}

int stat_of(int descriptor, void* facts) {
  return static_cast<int>(::syscall(SYS_fstat, descriptor, facts));
}

}  // namespace

extern "C" {

int stat(const char* path, struct stat* facts) noexcept {
  return stat_at(AT_FDCWD, path, facts, 0);
}
int lstat(const char* path, struct stat* facts) noexcept {
  return stat_at(AT_FDCWD, path, facts, AT_SYMLINK_NOFOLLOW);
}
int fstat(int descriptor, struct stat* facts) noexcept { return stat_of(descriptor, facts); }
int fstatat(int directory, const char* path, struct stat* facts, int flags) noexcept {
  return stat_at(directory, path, facts, flags);
}

int stat64(const char* path, struct stat64* facts) noexcept {
  return stat_at(AT_FDCWD, path, facts, 0);
}
int lstat64(const char* path, struct stat64* facts) noexcept {
  return stat_at(AT_FDCWD, path, facts, AT_SYMLINK_NOFOLLOW);
}
int fstat64(int descriptor, struct stat64* facts) noexcept { return stat_of(descriptor, facts); }
int fstatat64(int directory, const char* path, struct stat64* facts, int flags) noexcept {
  return stat_at(directory, path, facts, flags);
}
}
