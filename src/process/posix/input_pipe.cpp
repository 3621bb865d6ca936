#include "process/input_pipe.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/write.hpp>
#include <deque>

namespace escher {

// The io threads block all signals, so a write to a pipe without a reader fails with EPIPE and
// raises no SIGPIPE.
class InputPipe::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, int fd) : descriptor_(strand, fd) {
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

  void written(const boost::system::error_code& error) {
    writing_ = false;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    if (error) close_descriptor();
    answer(item);
    write_next();
  }

  boost::asio::posix::basic_stream_descriptor<Strand> descriptor_;
  std::deque<Item> queue_;
  bool writing_ = false;
};

InputPipe::InputPipe(const Strand& strand, std::intptr_t native_handle)
    : impl_(std::make_shared<Impl>(strand, static_cast<int>(native_handle))) {}
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
