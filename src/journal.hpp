// The journal of one engine: which executions run, on disk, so that the next host can tell what the
// death of this one interrupted. `<directory>/<engine>.journal`, locked as long as the engine lives
// (a lock ends with its process, however that ends). Owned by the engine; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/recovered.hpp"
#include "policy/journal_format.hpp"

namespace escher {

class Journal {
 public:
  // `token`: what every process of the engine has in its marker, `<engine>/`.
  static Result<std::unique_ptr<Journal>> open(const std::string& directory,
                                               const std::string& token);
  // Removes the file if everything has ended.
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // A journal that cannot be written holds no command up; why is in `error`.
  void started(const JournalEntry& entry);
  void ended(const std::string& id);
  // Empty = none.
  std::string error() const;

 private:
  Journal(int fd, std::string path, JournalHead head);
  void append(const std::string& line);
  void write_anew();
  void write(const std::string& lines);

  int fd_;
  const std::string path_;
  const JournalHead head_;

  // Under the mutex, a leaf.
  mutable std::mutex mutex_;
  std::map<std::string, std::string> running_;  // id -> its line
  std::size_t size_ = 0;
  std::size_t running_size_ = 0;
  std::string error_;
};

// Of which boot and which PID namespace the process numbers and start times are that we see. Empty
// where that cannot be told.
std::string own_numbering();

// Takes over the journals of dead hosts in the directory: ends what still lives of them, tells what
// they were running, and removes them. Takes milliseconds, and up to two seconds, however many
// there are, where something resists: one for locks to come free, one for processes to die. What is
// locked even then is left to the next engine.
std::vector<RecoveredExecution> recover_journals(const std::string& directory);

}  // namespace escher
