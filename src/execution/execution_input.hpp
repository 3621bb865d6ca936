// The input of an execution: its stdin, and the writes that were requested before it started.
// Owned by an Execution, used on its strand only.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/request.hpp"
#include "process/input_pipe.hpp"
#include "process/strand.hpp"

namespace escher {

class ExecutionInput {
 public:
  using Handler = std::function<void(Result<void>)>;

  // `input` is written and stdin closed under StdinMode::input.
  ExecutionInput(const Strand& strand, StdinMode mode, std::string input);

  // Before the start these two are queued. After the end they succeed without an effect, as they do
  // for a child that has stopped reading.
  void send(std::string bytes, Handler handler);
  void close(Handler handler);

  // The process runs; `pipe` is set unless stdin is the null device. Performs what was queued, in
  // its order.
  void start(std::optional<InputPipe> pipe);
  // The execution has ended or was refused: closes stdin and answers what was queued.
  void end();

 private:
  enum class State : std::uint8_t { before_start, started, ended };

  std::optional<Error> refusal() const;
  void write(std::string bytes, Handler handler);
  void close_pipe(Handler handler);
  void run_queued();

  const Strand& strand_;
  const StdinMode mode_;
  std::string input_;
  State state_ = State::before_start;
  bool closed_by_caller_ = false;
  std::optional<InputPipe> pipe_;
  std::vector<std::function<void()>> queued_;
};

}  // namespace escher
