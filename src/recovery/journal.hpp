// The journal of one engine: a file with the running executions, from which the next host can
// report what the death of this one interrupted. `<directory>/<engine>.journal`, locked while the
// engine lives (the system releases the lock of a dead process). Owned by the engine; any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/thread_annotations.hpp"
#include "policy/journal_format.hpp"

namespace escher {

class Journal {
 public:
  // `token`: `<engine>/`, as in the marker of every process of the engine.
  static Result<std::unique_ptr<Journal>> open(const std::string& directory,
                                               const std::string& token);
  // Removes the file if no execution runs.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // A failed write does not fail the execution; `error` returns the reason.
  void started(const JournalEntry& entry);
  void ended(const std::string& id);
  // The first error of a write; empty = none.
  std::string error() const;

 private:
  Journal(int fd, std::string path, JournalHead head);
  // An execution with its start line, and the offset of this line in the file; nothing = not
  // written.
  struct Running {
    std::string line;
    std::optional<std::size_t> offset;
  };
  void append(Running& running) ESCHER_REQUIRES(mutex_);
  void rewrite() ESCHER_REQUIRES(mutex_);
  void write(const std::string& lines) ESCHER_REQUIRES(mutex_);
  bool write_at(std::size_t offset, std::string_view text) ESCHER_REQUIRES(mutex_);

  int fd_;
  const std::string path_;
  const JournalHead head_;

  // A leaf: no other mutex is locked while it is held.
  mutable Mutex mutex_;
  std::map<std::string, Running> running_ ESCHER_GUARDED_BY(mutex_);  // by id
  std::size_t size_ ESCHER_GUARDED_BY(mutex_) = 0;                    // of the file
  std::size_t running_size_ ESCHER_GUARDED_BY(mutex_) = 0;            // of the start lines
  std::optional<Error> error_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
