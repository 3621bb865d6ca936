#include "overflow_directory.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "stream/private_file.hpp"

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace escher {
namespace {

// A directory that nobody else can have made: the name is tried until it is new.
Result<std::string> make_unique_directory() {
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  const auto base = (error ? std::filesystem::path("/tmp") : temporary).string();
#if defined(_WIN32)
  const auto path = base + "/escher-execution-engine-" + format_id(random_id());
  if (const auto made = make_private_directories(path); !made) return made.error();
  return path;
#else
  auto path = base + "/escher-execution-engine-" + std::to_string(::getpid()) + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return errors::io(errno, "mkdtemp", path);
  return path;
#endif
}

}  // namespace

OverflowDirectory::OverflowDirectory(std::optional<std::string> configured)
    : configured_(std::move(configured)) {}

void OverflowDirectory::remove() {
  const std::lock_guard lock(mutex_);
  std::error_code not_empty;
  if (!made_.empty()) std::filesystem::remove(made_, not_empty);
  made_.clear();
}

Result<std::string> OverflowDirectory::directory() {
  if (configured_) {
    if (const auto made = make_private_directories(*configured_); !made) return made.error();
    return *configured_;
  }
  const std::lock_guard lock(mutex_);
  if (made_.empty()) {
    auto path = make_unique_directory();
    if (!path) return path.error();
    made_ = *path;
  }
  return made_;
}

Result<std::string> OverflowDirectory::path_for(const ExecutionId& id, Stream stream) {
  auto path = directory();
  if (!path) return path.error();
  return *path + "/" + format_id(id) + "." + std::string(to_string(stream));
}

}  // namespace escher
