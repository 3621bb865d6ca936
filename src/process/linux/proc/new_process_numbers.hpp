// The processes that are started from now on, by their numbers. For the engine and for its
// watchdog, which is a program without the C++ runtime. One thread.
#pragma once

#include <sys/types.h>

namespace escher::posix {

// Iterates over the numbers that processes get from the construction on. `next` returns 0 if none
// was assigned since the last call. Numbers that are gone again are among them, and such of
// processes that are not there yet, because their fork has not ended.
class NewProcessNumbers {
 public:
  NewProcessNumbers();
  ~NewProcessNumbers();
  NewProcessNumbers(const NewProcessNumbers&) = delete;
  NewProcessNumbers& operator=(const NewProcessNumbers&) = delete;

  pid_t next();
  // Returns the last few numbers again.
  void step_back();

 private:
  pid_t newest() const;

  const int file_;
  const pid_t first_;
  pid_t newest_;
  pid_t last_;
};

}  // namespace escher::posix
