#include "process/output_pipe.hpp"

#include <windows.h>

#include <algorithm>
#include <boost/asio/windows/basic_stream_handle.hpp>
#include <boost/asio/windows/overlapped_ptr.hpp>
#include <utility>
#include <vector>

#include "model/windows/native.hpp"

namespace escher {
namespace {

constexpr std::size_t kChunkBytes = 65'536;

using windows::UniqueHandle;

}  // namespace

// One overlapped read is pending while the reader wants more. Its bytes belong to the pipe, since
// the reader's buffer may move in the meantime. After the exit of the child the pending read is
// cancelled or taken over, so that all output of the child is delivered at once.
class OutputPipe::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, HANDLE pipe, Stream stream)
      : strand_(strand), handle_(strand, pipe), stream_(stream), buffer_(kChunkBytes) {}

  void start(std::shared_ptr<void> owner, PipeReader& reader) {
    owner_ = std::move(owner);
    reader_ = &reader;
    read();
  }

  void resume() {
    if (!paused_ || !is_open()) return;
    paused_ = false;
    read();
  }

  void read_rest() {
    if (!is_open()) return;
    take_pending();
    while (is_open()) {
      DWORD available = 0;
      if (::PeekNamedPipe(pipe(), nullptr, 0, nullptr, &available, nullptr) == 0) {
        return end(::GetLastError());
      }
      if (available == 0) break;
      if (!read_now(std::min<DWORD>(available, kChunkBytes))) return;
    }
    if (is_open() && !paused_) read();
  }

  bool is_open() const { return handle_.is_open(); }
  bool is_paused() const { return paused_ && is_open(); }

  void close() {
    boost::system::error_code ignored;
    handle_.close(ignored);
    pending_ = nullptr;
    owner_.reset();
  }

 private:
  HANDLE pipe() { return handle_.native_handle(); }

  void read() {
    if (pending_ != nullptr) return;
    if (!reader_->may_read(stream_)) {
      paused_ = true;
      return;
    }
    const unsigned turn = ++turn_;
    boost::asio::windows::overlapped_ptr overlapped(
        strand_, [self = shared_from_this(), owner = owner_, turn](
                     const boost::system::error_code& error, std::size_t bytes) {
          self->on_read(turn, error, bytes);
        });
    pending_ = overlapped.get();
    const BOOL is_done =
        ::ReadFile(pipe(), buffer_.data(), static_cast<DWORD>(buffer_.size()), nullptr, pending_);
    const DWORD error = is_done != 0 ? ERROR_SUCCESS : ::GetLastError();
    // ERROR_MORE_DATA does not come: it is a pipe of bytes.
    if (is_done != 0 || error == ERROR_IO_PENDING) {
      overlapped.release();
    } else {
      // Asio keeps the error in the record, where it is no result of the system.
      pending_ = nullptr;
      overlapped.complete(
          boost::system::error_code(static_cast<int>(error), boost::system::system_category()), 0);
    }
  }

  // `turn` differs if read_rest() has taken the result of this read.
  void on_read(unsigned turn, const boost::system::error_code& error, std::size_t bytes) {
    if (turn != turn_ || !is_open()) return;
    pending_ = nullptr;
    if (error) return end(static_cast<DWORD>(error.value()));
    deliver(bytes);
    if (is_open()) read();
  }

  void deliver(std::size_t bytes) {
    if (bytes > 0) reader_->on_chunk(stream_, {buffer_.data(), bytes});
  }

  // Ends the pending read. Its handler runs later and finds another turn. The record of the read
  // belongs to Asio until then, and handlers run on this thread only.
  void take_pending() {
    OVERLAPPED* const pending = std::exchange(pending_, nullptr);
    if (pending == nullptr) return;
    ++turn_;
    ::CancelIoEx(pipe(), pending);
    DWORD bytes = 0;
    // Not by waiting for the handle, which another read may signal: a cancelled read of a pipe ends
    // at once.
    while (!is_complete(pending)) ::SwitchToThread();
    const BOOL is_read = ::GetOverlappedResult(pipe(), pending, &bytes, FALSE);
    const DWORD error = is_read != 0 ? ERROR_SUCCESS : ::GetLastError();
    if (is_read != 0) return deliver(bytes);
    if (error != ERROR_OPERATION_ABORTED) end(error);
  }

  static bool is_complete(const OVERLAPPED* pending) {
    const volatile ULONG_PTR* const status = &pending->Internal;
    return *status != static_cast<ULONG_PTR>(STATUS_PENDING);
  }

  // The bytes are there. The lowest bit of the event keeps this read from Asio.
  bool read_now(DWORD most) {
    if (!event_) event_ = UniqueHandle(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    OVERLAPPED overlapped = {};
    overlapped.hEvent = reinterpret_cast<HANDLE>(reinterpret_cast<ULONG_PTR>(event_.get()) | 1U);
    DWORD bytes = 0;
    const bool is_begun = ::ReadFile(pipe(), buffer_.data(), most, nullptr, &overlapped) != 0 ||
                          ::GetLastError() == ERROR_IO_PENDING;
    if (!is_begun || ::GetOverlappedResult(pipe(), &overlapped, &bytes, TRUE) == 0) {
      end(::GetLastError());
      return false;
    }
    deliver(bytes);
    return true;
  }

  // A broken pipe is the end of the file: all writers have closed it.
  void end(DWORD error) {
    const bool is_end = error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF;
    const auto owner = owner_;  // close() releases it
    close();
    reader_->on_stream_end(stream_, is_end ? 0 : windows::errno_of(error));
  }

  const Strand strand_;
  boost::asio::windows::basic_stream_handle<Strand> handle_;
  const Stream stream_;
  std::vector<char> buffer_;
  UniqueHandle event_;
  PipeReader* reader_ = nullptr;
  std::shared_ptr<void> owner_;
  OVERLAPPED* pending_ = nullptr;
  unsigned turn_ = 0;
  bool paused_ = false;
};

OutputPipe::OutputPipe(const Strand& strand, std::intptr_t native_handle, Stream stream, PipeKind)
    : impl_(std::make_shared<Impl>(strand, reinterpret_cast<HANDLE>(native_handle), stream)) {}
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
std::uint64_t OutputPipe::identity() const { return 0; }
bool OutputPipe::is_paused() const { return impl_->is_paused(); }
void OutputPipe::close() { impl_->close(); }

}  // namespace escher
