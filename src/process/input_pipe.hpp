// The writing end of a child's stdin: a queue of writes, each answered when the pipe has taken it.
// A child that stops reading is no error: what is left is let go and answered too.
// Owned by an Execution, used on its strand only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "process/strand.hpp"

namespace escher {

class InputPipe {
 public:
  using Done = std::function<void()>;

  // Takes the descriptor (POSIX) or handle over, and makes it non-blocking.
  InputPipe(const Strand& strand, std::intptr_t native_handle);
  ~InputPipe();
  InputPipe(InputPipe&&) noexcept;
  InputPipe& operator=(InputPipe&&) noexcept;

  void write(std::string bytes, Done done);
  // Closes once everything written before is taken.
  void close_when_written(Done done);
  // Closes at once; what is left is let go and answered.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
