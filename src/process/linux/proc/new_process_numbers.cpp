#include "process/linux/proc/new_process_numbers.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace escher::posix {

NewProcessNumbers::NewProcessNumbers()
    : file_(::open("/proc/loadavg", O_RDONLY | O_CLOEXEC)),
      first_(newest()),
      newest_(first_),
      last_(first_) {}

NewProcessNumbers::~NewProcessNumbers() {
  if (file_ >= 0) ::close(file_);
}

// The last word of `0.20 0.18 0.12 1/80 11206`.
pid_t NewProcessNumbers::newest() const {
  char text[128];
  const ssize_t size = file_ < 0 ? 0 : ::pread(file_, text, sizeof text - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* word = ::strrchr(text, ' ');
  return word == nullptr ? 0 : static_cast<pid_t>(::atoi(word + 1));
}

pid_t NewProcessNumbers::next() {
  if (last_ == newest_) newest_ = newest();
  // The numbers began again. Those between are left to the next pass over the table.
  if (newest_ < last_) last_ = newest_ > 0 ? newest_ - 1 : newest_;
  return last_ == newest_ ? 0 : ++last_;
}

void NewProcessNumbers::step_back() {
  constexpr pid_t kSteps = 8;
  const pid_t back = newest_ > kSteps ? newest_ - kSteps : 0;
  last_ = back < first_ && first_ <= newest_ ? first_ : back;
}

}  // namespace escher::posix
