// Where overflow files lie: the configured directory, or a private one under the system's temporary
// directory, made when the first file is asked for and removed with the engine.
// Owned by the engine; any thread.
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
  explicit OverflowDirectory(std::optional<std::string> configured);
  OverflowDirectory(const OverflowDirectory&) = delete;
  OverflowDirectory& operator=(const OverflowDirectory&) = delete;

  // `<directory>/<id>.<stream>`; the directory is there then.
  Result<std::string> path_for(const ExecutionId& id, Stream stream);

  // The end of the engine: removes the private directory where it is empty.
  void remove();

 private:
  Result<std::string> directory();

  const std::optional<std::string> configured_;
  std::mutex mutex_;
  std::string made_;
};

}  // namespace escher
