// The writing end of a child's stdin, or of its terminal: a queue of writes. Each write calls back
// when the pipe has taken its bytes. A child that stops reading is not an error: the remaining
// writes are discarded and call back too. Owned by an Execution, used on its strand only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "process/pipe_kind.hpp"
#include "process/strand.hpp"

namespace escher {

class InputPipe {
 public:
  using Done = std::function<void()>;

  // Takes ownership of the descriptor (POSIX) or handle, and makes it non-blocking.
  InputPipe(const Strand& strand, std::intptr_t native_handle, PipeKind kind = PipeKind::pipe);
  ~InputPipe();
  InputPipe(InputPipe&&) noexcept;
  InputPipe& operator=(InputPipe&&) noexcept;

  void write(std::string bytes, Done done);
  // Closes the pipe when the writes before it are done. A terminal gets its end-of-file character
  // instead, twice if a line has begun: the first one ends the line only.
  void close_when_written(Done done);
  // Closes at once. Pending writes are discarded and call back.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
