#include "execution/execution_input.hpp"

#include <optional>

#include "support/pipes.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class ExecutionInputTest : public ProcessRig {
 protected:
  void make(StdinMode mode, std::string bytes = {}) {
    input.emplace(strand, mode, std::move(bytes));
  }
  void start() {
    on_strand([&] { input->start(InputPipe(strand, pipe.write.release())); });
  }
  void send(const std::string& bytes) {
    on_strand([&] { input->send(bytes, note(bytes)); });
  }
  void close() {
    on_strand([&] { input->close(note("close")); });
  }
  void end() {
    on_strand([&] { input->end(); });
  }
  // Records the answers in order, a rejection as `!` and its message.
  ExecutionInput::Handler note(std::string name) {
    return [this, name = std::move(name)](Result<void> answer) {
      answers.push_back(answer ? name : "!" + answer.error().message);
    };
  }

  PipeEnds pipe;
  std::optional<ExecutionInput> input;
  std::vector<std::string> answers;
};

TEST_F(ExecutionInputTest, WritesTheGivenInputAndClosesStdin) {
  make(StdinMode::input, "given");
  start();
  run_ready();
  EXPECT_EQ(pipe.take(), "given");
  EXPECT_TRUE(pipe.at_end());
}

TEST_F(ExecutionInputTest, QueuesWritesUntilTheStart) {
  make(StdinMode::pipe);
  send("one ");
  send("two");
  close();
  EXPECT_TRUE(answers.empty());
  start();
  run_ready();
  EXPECT_EQ(answers, (std::vector<std::string>{"one ", "two", "close"}));
  EXPECT_EQ(pipe.take(), "one two");
  EXPECT_TRUE(pipe.at_end());
}

TEST_F(ExecutionInputTest, WritesAtOnceAfterTheStart) {
  make(StdinMode::pipe);
  start();
  send("now");
  run_ready();
  EXPECT_EQ(pipe.take(), "now");
  EXPECT_EQ(answers, std::vector<std::string>{"now"});
}

TEST_F(ExecutionInputTest, AnswersQueuedWritesAtTheEnd) {
  make(StdinMode::pipe);
  send("never written");
  end();
  EXPECT_EQ(answers, std::vector<std::string>{"never written"});
  EXPECT_EQ(pipe.take(), "");
}

TEST_F(ExecutionInputTest, AcceptsWritesAfterTheEnd) {
  make(StdinMode::pipe);
  start();
  end();
  EXPECT_TRUE(pipe.at_end());
  send("too late");
  EXPECT_EQ(answers, std::vector<std::string>{"too late"});
}

TEST_F(ExecutionInputTest, RejectsWritesUnlessTheRequestAskedForThem) {
  make(StdinMode::input, "given");
  start();
  send("more");
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers[0].find("did not ask for stdin"), std::string::npos) << answers[0];
}

TEST_F(ExecutionInputTest, RejectsWritesAfterAQueuedClose) {
  make(StdinMode::pipe);
  close();
  send("more");
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_NE(answers[0].find("closed by closeInput"), std::string::npos) << answers[0];
}

}  // namespace
}  // namespace escher::test
