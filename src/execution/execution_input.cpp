#include "execution/execution_input.hpp"

#include <utility>

#include "process/strand_checker.hpp"

namespace escher {

ExecutionInput::ExecutionInput(const Strand& strand, StdinMode mode, std::string input)
    : strand_(strand), mode_(mode), input_(std::move(input)) {}

std::optional<Error> ExecutionInput::refusal() const {
  if (mode_ != StdinMode::pipe) {
    return errors::stdin_not_open("the request did not ask for stdin: 'pipe'");
  }
  if (closed_by_caller_) return errors::stdin_not_open("it was closed by closeInput");
  return std::nullopt;
}

void ExecutionInput::send(std::string bytes, Handler handler) {
  assert_on_strand(strand_);
  if (auto refused = refusal()) return handler(std::move(*refused));
  if (state_ != State::before_start) return write(std::move(bytes), std::move(handler));
  queued_.emplace_back([this, bytes = std::move(bytes), handler = std::move(handler)]() mutable {
    write(std::move(bytes), std::move(handler));
  });
}

void ExecutionInput::close(Handler handler) {
  assert_on_strand(strand_);
  if (auto refused = refusal()) return handler(std::move(*refused));
  closed_by_caller_ = true;
  if (state_ != State::before_start) return close_pipe(std::move(handler));
  queued_.emplace_back(
      [this, handler = std::move(handler)]() mutable { close_pipe(std::move(handler)); });
}

// A child that ended or stopped reading is no error.
void ExecutionInput::write(std::string bytes, Handler handler) {
  if (!pipe_) return handler({});
  pipe_->write(std::move(bytes), [handler = std::move(handler)] { handler({}); });
}

void ExecutionInput::close_pipe(Handler handler) {
  if (!pipe_) return handler({});
  pipe_->close_when_written([handler = std::move(handler)] { handler({}); });
}

void ExecutionInput::start(std::optional<InputPipe> pipe) {
  assert_on_strand(strand_);
  state_ = State::started;
  pipe_ = std::move(pipe);
  if (mode_ == StdinMode::input && pipe_) {
    pipe_->write(std::exchange(input_, {}), nullptr);
    pipe_->close_when_written(nullptr);
  }
  run_queued();
}

void ExecutionInput::end() {
  assert_on_strand(strand_);
  state_ = State::ended;
  pipe_.reset();
  run_queued();
}

void ExecutionInput::run_queued() {
  for (auto& operation : std::exchange(queued_, {})) operation();
}

}  // namespace escher
