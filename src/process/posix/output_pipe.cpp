#include "process/output_pipe.hpp"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <utility>

#include "process/posix/pseudo_terminal.hpp"

namespace escher {
namespace {

// The default capacity of a pipe, so one read empties it.
constexpr std::size_t kChunkBytes = 64 * 1024;

// Enlarges the pipe of a child that fills it again and again, since every full pipe wakes the
// reader once and the child once. Only kMost pipes are large at a time: the kernel limits the
// memory of all pipes of a user, and above that limit every new pipe holds a page or two.
class LargePipe {
 public:
  ~LargePipe() { give_up(); }
  LargePipe() = default;
  LargePipe(const LargePipe&) = delete;
  LargePipe& operator=(const LargePipe&) = delete;

  // A read found the pipe full.
  void filled([[maybe_unused]] int fd) {
#if defined(F_SETPIPE_SZ)
    if (++times_filled_ != kPatience) return;
    if (in_use_.fetch_add(1, std::memory_order_relaxed) < kMost) {
      is_large_ = ::fcntl(fd, F_SETPIPE_SZ, kBytes) > 0;
    }
    if (!is_large_) in_use_.fetch_sub(1, std::memory_order_relaxed);
#endif
  }
  void give_up() {
    if (std::exchange(is_large_, false)) in_use_.fetch_sub(1, std::memory_order_relaxed);
  }

 private:
  static constexpr int kBytes = 512 * 1024;
  static constexpr int kMost = 16;
  static constexpr std::uint32_t kPatience = 8;
  static inline std::atomic<int> in_use_{0};

  std::uint32_t times_filled_ = 0;
  bool is_large_ = false;
};

// More than a terminal buffers.
constexpr std::size_t kTerminalBytes = 128 * 1024;

// The most that one turn reads, so that a child that never stops writing does not occupy an io
// thread.
constexpr std::size_t kBytesPerTurn = 1024 * 1024;

// One buffer per io thread is enough: a chunk is consumed before the next one is read. So a running
// execution needs no buffer of its own.
std::span<char> thread_buffer() {
  thread_local std::unique_ptr<char[]> buffer(new char[kChunkBytes]);
  return {buffer.get(), kChunkBytes};
}

}  // namespace

class OutputPipe::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, int fd, Stream stream, PipeKind kind)
      : descriptor_(strand, fd), stream_(stream), kind_(kind) {
    descriptor_.native_non_blocking(true);
  }

  void start(std::shared_ptr<void> owner, PipeReader& reader) {
    owner_ = std::move(owner);
    reader_ = &reader;
    wait();
  }

  void resume() {
    if (paused_ && is_open()) {
      paused_ = false;
      read_turn();
    }
  }

  void read_rest() {
    if (!is_open()) return;
    // One read more than the bytes need: it finds the end of the file if all writers have closed.
    std::size_t rest = available();
    for (;;) {
      const Progress progress = read_once();
      if (progress.outcome != Progress::data || rest == 0 || !is_open()) return;
      rest -= progress.bytes < rest ? progress.bytes : rest;
    }
  }

  bool is_open() const { return descriptor_.is_open(); }
  std::uint64_t identity() {
    if (is_terminal()) return posix::terminal_identity(descriptor_.native_handle());
    struct stat facts;
    return ::fstat(descriptor_.native_handle(), &facts) == 0 ? facts.st_ino : 0;
  }
  bool is_paused() const { return paused_ && is_open(); }

  void close() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    large_pipe_.give_up();
    owner_.reset();
  }

 private:
  struct Progress {
    enum Outcome { data, would_block, ended } outcome;
    std::size_t bytes = 0;
  };

  bool is_terminal() const { return kind_ == PipeKind::terminal; }

  // The bytes in the pipe. A terminal does not count those that it has not processed yet.
  std::size_t available() {
    if (is_terminal()) return kTerminalBytes;
    int bytes = 0;
    return ::ioctl(descriptor_.native_handle(), FIONREAD, &bytes) == 0 && bytes > 0
               ? static_cast<std::size_t>(bytes)
               : 0;
  }

  void wait() {
    waiting_ = true;
    descriptor_.async_wait(
        boost::asio::posix::descriptor_base::wait_read,
        [self = shared_from_this(), owner = owner_](const boost::system::error_code& error) {
          self->waiting_ = false;
          if (!error && self->is_open()) self->read_turn();
        });
  }

  void read_turn() {
    std::size_t total = 0;
    while (total < kBytesPerTurn) {
      if (!reader_->may_read(stream_)) {
        paused_ = true;
        return;
      }
      const Progress progress = read_once();
      if (progress.outcome == Progress::ended || !is_open()) return;
      total += progress.bytes;
      if (progress.bytes == kChunkBytes) large_pipe_.filled(descriptor_.native_handle());
      // A short read emptied the pipe. The next wait reports more data, or the end. A terminal
      // gives a few kilobytes at a time.
      if (progress.outcome == Progress::would_block) break;
      if (!is_terminal() && progress.bytes < kChunkBytes) break;
    }
    if (!waiting_) wait();
  }

  Progress read_once() {
    std::span<char> buffer = reader_->room(stream_);
    if (buffer.empty()) buffer = thread_buffer();
    const std::size_t most = std::min(buffer.size(), kChunkBytes);
    const ssize_t count = ::read(descriptor_.native_handle(), buffer.data(), most);
    if (count > 0) {
      const auto bytes = static_cast<std::size_t>(count);
      reader_->on_chunk(stream_, {buffer.data(), bytes});
      return {Progress::data, bytes};
    }
    if (count < 0 && errno == EINTR) return {Progress::data, 0};
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {Progress::would_block, 0};
    // No process has the terminal open.
    const bool is_hung_up = is_terminal() && count < 0 && errno == EIO;
    const int os_error = count < 0 && !is_hung_up ? errno : 0;
    const auto owner = owner_;  // close() releases it
    close();
    reader_->on_stream_end(stream_, os_error);
    return {Progress::ended, 0};
  }

  boost::asio::posix::basic_stream_descriptor<Strand> descriptor_;
  Stream stream_;
  const PipeKind kind_;
  PipeReader* reader_ = nullptr;
  std::shared_ptr<void> owner_;
  bool waiting_ = false;
  bool paused_ = false;
  LargePipe large_pipe_;
};

OutputPipe::OutputPipe(const Strand& strand, std::intptr_t native_handle, Stream stream,
                       PipeKind kind)
    : impl_(std::make_shared<Impl>(strand, static_cast<int>(native_handle), stream, kind)) {}
OutputPipe::~OutputPipe() {
  if (impl_) impl_->close();
}
OutputPipe::OutputPipe(OutputPipe&&) noexcept = default;
OutputPipe& OutputPipe::operator=(OutputPipe&&) noexcept = default;

void OutputPipe::start(std::shared_ptr<void> owner, PipeReader& reader) {
  impl_->start(std::move(owner), reader);
}
void OutputPipe::resume() { impl_->resume(); }
void OutputPipe::read_rest() { impl_->read_rest(); }
bool OutputPipe::is_open() const { return impl_ && impl_->is_open(); }
std::uint64_t OutputPipe::identity() const { return impl_->identity(); }
bool OutputPipe::is_paused() const { return impl_->is_paused(); }
void OutputPipe::close() { impl_->close(); }

}  // namespace escher
