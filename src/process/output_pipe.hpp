// The reading end of a child's stdout or stderr, or of its terminal. It reads whatever arrives
// while the reader wants more. When the reader wants no more, it stops, and the child blocks in
// write() as soon as the pipe is full. Owned by an Execution, used on its strand only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "model/error.hpp"
#include "model/status.hpp"
#include "process/pipe_kind.hpp"
#include "process/strand.hpp"

namespace escher {

// The consumer of the pipes. Called on the strand.
class PipeReader {
 public:
  virtual ~PipeReader() = default;
  // `chunk` is valid during the call. The reader may close the pipe in it.
  virtual void on_chunk(Stream stream, std::string_view chunk) = 0;
  // End of file (0), or the errno of the failed read. The last call for this stream.
  virtual void on_stream_end(Stream stream, int os_error) = 0;
  // The buffer for the next chunk, valid until `on_chunk`; empty = the pipe uses its own.
  virtual std::span<char> room(Stream) { return {}; }
  // False: the pipe stops reading until `resume`.
  virtual bool may_read(Stream stream) = 0;
};

class OutputPipe {
 public:
  // Takes ownership of the descriptor (POSIX) or handle, and makes it non-blocking.
  OutputPipe(const Strand& strand, std::intptr_t native_handle, Stream stream,
             PipeKind kind = PipeKind::pipe);
  ~OutputPipe();
  OutputPipe(OutputPipe&&) noexcept;
  OutputPipe& operator=(OutputPipe&&) noexcept;

  // Keeps `owner` alive while a wait is pending. `reader` must live as long as `owner`.
  void start(std::shared_ptr<void> owner, PipeReader& reader);
  void resume();

  // After the exit of the child: reads what is in the pipe, even if the reader wants no more. All
  // output of the child itself is in the pipe at that time.
  void read_rest();

  bool is_open() const;
  // The number of the pipe in the system's tables (Linux: its inode, or the number of the terminal
  // with a bit that inodes lack); 0 = unknown.
  std::uint64_t identity() const;
  // The reader wanted no more, and `resume` was not called yet.
  bool is_paused() const;
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace escher
