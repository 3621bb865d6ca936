// The directory of log files, seen by its cleanup. Other programs may write to it at the same time,
// so a file is looked at and removed through the open directory, and never by following a link.
// Blocking; the runtime's worker thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/log_retention.hpp"

namespace escher {

class LogDirectory {
 public:
  // Without such a directory it has no logs.
  explicit LogDirectory(const std::string& path);
  ~LogDirectory();
  LogDirectory(const LogDirectory&) = delete;
  LogDirectory& operator=(const LogDirectory&) = delete;

  // The files of this user that have the name of a log and begin like one.
  std::vector<LogFacts> logs() const;
  // False if no log of this user has the name any more, if it was written since `logs`, or if an
  // execution of any engine writes to it.
  bool remove(const LogFacts& log) const;

 private:
  struct Handle;
  const std::unique_ptr<Handle> handle_;
};

// Removes what is over the limits; returns the number of files.
std::size_t remove_old_logs(const std::string& directory, const LogLimits& limits);

}  // namespace escher
