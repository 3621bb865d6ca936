// The files of journals: created and locked by the engine that writes one, opened and locked by the
// engine that takes it over. Each system has its own implementation. A descriptor is that of the C
// library.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"

namespace escher {

inline constexpr std::string_view kJournalSuffix = ".journal";

int own_pid();

// ---- The journal of this engine.
// A new file, which no other engine can take over until it is closed.
Result<int> create_journal(const std::string& path);
bool truncate_journal(int fd, std::size_t size);
// 0 if it is unknown.
std::size_t size_of_journal(int fd);
// The number of bytes written; negative: errno has the reason.
std::ptrdiff_t write_journal(int fd, std::size_t offset, std::string_view text);
// `remove`: the file has nothing to report.
void close_journal(int fd, const std::string& path, bool remove);

// ---- The journals of others.
class JournalFile {
 public:
  explicit JournalFile(int fd) : fd_(fd) {}
  ~JournalFile();
  JournalFile(JournalFile&& other) noexcept;
  JournalFile& operator=(JournalFile&&) = delete;

  // A file of this user that is still in its directory.
  bool is_own() const;
  // False: its engine lives, or has died a moment ago.
  bool lock();
  std::string read() const;
  int descriptor() const { return fd_; }

 private:
  int fd_;
};

// Opened once, so that another directory in its place has no effect (POSIX).
class JournalDirectory {
 public:
  explicit JournalDirectory(const std::string& path);
  ~JournalDirectory();
  JournalDirectory(const JournalDirectory&) = delete;
  JournalDirectory& operator=(const JournalDirectory&) = delete;

  // Empty if there is no such directory.
  std::vector<std::string> names() const;
  JournalFile open(const std::string& name) const;
  void remove(const std::string& name, const JournalFile& file) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace escher
