// The program of the watchdog as a file that exists during one launch only. On the spawn thread.
#pragma once

#include <string>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {

class WatchdogFile {
 public:
  // In memory no file system must allow its execution; if the system forbids that, it can be in the
  // temporary directory.
  enum Place : bool { memory, directory };

  explicit WatchdogFile(Place place);
  ~WatchdogFile();
  WatchdogFile(const WatchdogFile&) = delete;
  WatchdogFile& operator=(const WatchdogFile&) = delete;

  bool is_there() const { return is_there_; }
  // Of the file in memory; -1 for the other one.
  int descriptor() const { return memory_.get(); }
  const std::string& path() const { return path_; }

 private:
  bool create_in_memory();
  bool create_in_directory();

  UniqueFd memory_;
  std::string directory_;
  std::string path_;
  const bool is_there_;
};

}  // namespace escher::posix
