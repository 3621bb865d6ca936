#include "process/input_pipe.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/windows/basic_stream_handle.hpp>
#include <boost/asio/write.hpp>
#include <deque>

namespace escher {

class InputPipe::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const Strand& strand, HANDLE pipe) : handle_(strand, pipe) {}

  void write(std::string bytes, Done done) { enqueue({std::move(bytes), std::move(done), false}); }

  void close_when_written(Done done) { enqueue({{}, std::move(done), true}); }

  void close() {
    close_handle();
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

  // The child reads what is in the pipe, also after this.
  void close_handle() {
    boost::system::error_code ignored;
    handle_.close(ignored);
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
      if (!item.last && handle_.is_open() && !item.bytes.empty()) {
        writing_ = true;
        boost::asio::async_write(
            handle_, boost::asio::buffer(item.bytes),
            [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
              self->written(error);
            });
        return;
      }
      Item finished = std::move(item);
      queue_.pop_front();
      if (finished.last) close_handle();
      if (finished.done) finished.done();
    }
  }

  void written(const boost::system::error_code& error) {
    writing_ = false;
    Item item = std::move(queue_.front());
    queue_.pop_front();
    if (error) close_handle();
    if (item.done) item.done();
    write_next();
  }

  boost::asio::windows::basic_stream_handle<Strand> handle_;
  std::deque<Item> queue_;
  bool writing_ = false;
};

InputPipe::InputPipe(const Strand& strand, std::intptr_t native_handle, PipeKind)
    : impl_(std::make_shared<Impl>(strand, reinterpret_cast<HANDLE>(native_handle))) {}
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
