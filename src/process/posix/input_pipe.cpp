#include "process/input_pipe.hpp"

#include <termios.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <deque>

namespace escher {

// The io threads block all signals, so a write to a pipe without a reader fails with EPIPE and
// raises no SIGPIPE.
class InputPipe::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, int fd, PipeKind kind) : descriptor_(strand, fd), kind_(kind) {
    descriptor_.native_non_blocking(true);
  }

  void write(std::string bytes, Done done) { enqueue({std::move(bytes), std::move(done), false}); }

  void close_when_written(Done done) { enqueue({{}, std::move(done), true}); }

  void close() {
    close_descriptor();
    // A pending async_write completes with an error and calls back. This calls back for the others,
    // at once or after it.
    write_next();
  }

 private:
  struct Item {
    std::string bytes;
    Done done;
    bool last;
  };

  static void answer(Item& item) {
    if (item.done) item.done();
  }

  void close_descriptor() {
    boost::system::error_code ignored;
    descriptor_.close(ignored);
  }

  void enqueue(Item item) {
    queue_.push_back(std::move(item));
    write_next();
  }

  // Once the pipe is closed, this calls back for every queued item. A callback may call write(),
  // which enters this function again.
  void write_next() {
    while (!queue_.empty() && !writing_) {
      Item& item = queue_.front();
      if (kind_ == PipeKind::terminal) prepare(item);
      if (!item.last && descriptor_.is_open() && !item.bytes.empty()) {
        writing_ = true;
        boost::asio::async_write(
            descriptor_, boost::asio::buffer(item.bytes),
            [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
              self->written(error);
            });
        return;
      }
      Item finished = std::move(item);
      queue_.pop_front();
      if (finished.last) close_descriptor();
      answer(finished);
    }
  }

  // The modes of the terminal are those of the moment of the write.
  void prepare(Item& item) {
    if (item.last && descriptor_.is_open()) item.bytes = end_of_file();
    item.last = false;
    if (!item.bytes.empty()) last_byte_ = item.bytes.back();
  }

  std::string end_of_file() {
    termios settings;
    if (::tcgetattr(descriptor_.native_handle(), &settings) != 0) return {};
    const char character = static_cast<char>(settings.c_cc[VEOF]);
    if (settings.c_cc[VEOF] == _POSIX_VDISABLE) return {};
    const bool is_at_start = last_byte_ == '\n' || last_byte_ == '\r' || last_byte_ == character;
    return std::string(is_at_start ? 1 : 2, character);
  }

  void written(const boost::system::error_code& error) {
    writing_ = false;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    if (error) close_descriptor();
    answer(item);
    write_next();
  }

  boost::asio::posix::basic_stream_descriptor<Strand> descriptor_;
  const PipeKind kind_;
  // Written to a terminal. A line begins at the start.
  char last_byte_ = '\n';
  std::deque<Item> queue_;
  bool writing_ = false;
};

InputPipe::InputPipe(const Strand& strand, std::intptr_t native_handle, PipeKind kind)
    : impl_(std::make_shared<Impl>(strand, static_cast<int>(native_handle), kind)) {}
InputPipe::~InputPipe() {
  if (impl_) impl_->close();
}
InputPipe::InputPipe(InputPipe&&) noexcept = default;
InputPipe& InputPipe::operator=(InputPipe&&) noexcept = default;

void InputPipe::write(std::string bytes, Done done) {
  impl_->write(std::move(bytes), std::move(done));
}
void InputPipe::close_when_written(Done done) { impl_->close_when_written(std::move(done)); }
void InputPipe::close() { impl_->close(); }

}  // namespace escher
