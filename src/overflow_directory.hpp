// Where overflow files lie: the configured directory, or a private one under the system's temporary
// directory, made when the first file is asked for and removed with the engine. A locked file
// beside or around them names the engine that owns them, so that the next one can tell what is left
// of a dead one. Owned by the engine; any thread.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/id.hpp"
#include "model/status.hpp"

namespace escher {

class OverflowDirectory {
 public:
  // `keep`: the files outlast the engine.
  OverflowDirectory(std::optional<std::string> configured, bool keep);
  ~OverflowDirectory();
  OverflowDirectory(const OverflowDirectory&) = delete;
  OverflowDirectory& operator=(const OverflowDirectory&) = delete;

  // `<directory>/<id>.<stream>`; the directory is there then.
  Result<std::string> path_for(const ExecutionId& id, Stream stream);

  // The end of the engine: removes the private directory where it is empty.
  void remove();

  // Removes what engines of dead hosts have left in the configured directory, or below the
  // system's.
  static void remove_abandoned(const std::optional<std::string>& configured);

 private:
  Result<void> prepare();
  Result<void> make_private();
  Result<void> make_list();

  const std::optional<std::string> configured_;
  const bool keep_;

  // Under the mutex, a leaf.
  std::mutex mutex_;
  std::string directory_;  // empty until it is there
  // The private directory itself, or a list of the files in the configured one. The lock on it says
  // that the engine lives: it ends with the process, however that ends.
  std::string owned_;
  int owned_fd_ = -1;
};

}  // namespace escher
