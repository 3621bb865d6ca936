// The directory of overflow files: the configured one, or a private one in the temporary directory
// of the system, created with the first file and removed with the engine. A locked directory, or a
// locked list of the files, names the engine that owns them, so that a later engine can remove the
// files of a dead one. Owned by the engine; any thread.
#pragma once

#include <optional>
#include <string>

#include "model/error.hpp"
#include "model/id.hpp"
#include "model/status.hpp"
#include "model/thread_annotations.hpp"

namespace escher {

class OverflowDirectory {
 public:
  // `keep`: the files are kept when the engine ends.
  OverflowDirectory(std::optional<std::string> configured, bool keep);
  ~OverflowDirectory();
  OverflowDirectory(const OverflowDirectory&) = delete;
  OverflowDirectory& operator=(const OverflowDirectory&) = delete;

  // Returns `<directory>/<id>.<stream>` and creates the directory.
  Result<std::string> path_for(const ExecutionId& id, Stream stream);

  // At the end of the engine: removes the private directory if it is empty.
  void remove();

  // Removes the files of dead engines in the configured directory, or in the temporary directory of
  // the system.
  static void remove_abandoned(const std::optional<std::string>& configured);

 private:
  Result<void> prepare() ESCHER_REQUIRES(mutex_);
  Result<void> create_private() ESCHER_REQUIRES(mutex_);
  Result<void> create_list() ESCHER_REQUIRES(mutex_);

  const std::optional<std::string> configured_;
  const bool keep_;

  // A leaf: no other mutex is locked while it is held.
  Mutex mutex_;
  std::string directory_ ESCHER_GUARDED_BY(mutex_);  // empty until it is created
  // The private directory itself, or a list of the files in the configured one. Its lock shows that
  // the engine lives: the system releases it when the process ends.
  std::string owned_ ESCHER_GUARDED_BY(mutex_);
  int owned_fd_ ESCHER_GUARDED_BY(mutex_) = -1;
};

}  // namespace escher
