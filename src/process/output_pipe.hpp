// The reading end of a child's stdout or stderr. Reads when there is something to read, as long as
// the reader wants more; stops while it does not, so that the child waits in its write().
// Owned by an Execution, used on its strand only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "model/error.hpp"
#include "model/status.hpp"
#include "process/strand.hpp"

namespace escher {

// Who takes what comes out of the pipes. Called on the strand.
class PipeReader {
 public:
  virtual ~PipeReader() = default;
  // `chunk` is valid during the call. May close the pipe.
  virtual void on_chunk(Stream stream, std::string_view chunk) = 0;
  // End of file, or the errno that ended it. The last call for this stream.
  virtual void on_stream_end(Stream stream, int os_error) = 0;
  // Where the next chunk is to be put; empty = wherever the pipe likes. Valid until `on_chunk`.
  virtual std::span<char> room(Stream) { return {}; }
  // False = stop reading until `resume`.
  virtual bool may_read(Stream stream) = 0;
};

class OutputPipe {
 public:
  // Takes the descriptor (POSIX) or handle over, and makes it non-blocking.
  OutputPipe(const Strand& strand, std::intptr_t native_handle, Stream stream);
  ~OutputPipe();
  OutputPipe(OutputPipe&&) noexcept;
  OutputPipe& operator=(OutputPipe&&) noexcept;

  // `owner` is kept alive while a wait is under way; `reader` lives as long as it.
  void start(std::shared_ptr<void> owner, PipeReader& reader);
  void resume();

  // The child is gone: reads what lies in the pipe now, whether or not the reader wants more. What
  // it wrote is all in there, so nothing of it can be lost afterwards.
  void read_rest();

  bool is_open() const;
  // What the pipe is called in the tables of the system; 0 = it has no name there.
  std::uint64_t identity() const;
  // The reader wanted no more, and has not resumed.
  bool is_paused() const;
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
