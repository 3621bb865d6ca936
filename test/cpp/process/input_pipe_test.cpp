// InputPipe: every write is answered once and in order, whatever the child does with its stdin.
#include "process/input_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "support/pattern.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class InputPipeTest : public ProcessRig {
 protected:
  void SetUp() override {
    // As on the io threads: a write without a reader fails with EPIPE and raises no signal.
    sigset_t pipe_signal;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before_);
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    read_end.reset(ends[0]);
    pipe.emplace(strand, ends[1]);
  }
  void TearDown() override {
    const timespec at_once{};
    sigset_t pipe_signal;
    ::sigemptyset(&pipe_signal);
    ::sigaddset(&pipe_signal, SIGPIPE);
    while (::sigtimedwait(&pipe_signal, nullptr, &at_once) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

  InputPipe::Done note(char letter) {
    return [this, letter] { answers += letter; };
  }

  // The bytes in the pipe.
  std::string read_available() {
    std::string text(1 << 20, '\0');
    const ssize_t count = ::read(read_end.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  bool writer_is_gone() {
    char byte;
    return ::read(read_end.get(), &byte, 1) == 0;
  }

  UniqueFd read_end;
  std::optional<InputPipe> pipe;
  std::string answers;

 private:
  sigset_t before_{};
};

TEST_F(InputPipeTest, WritesInOrderAndAnswersInOrder) {
  pipe->write("one ", note('1'));
  pipe->write("", note('2'));
  pipe->write("three", note('3'));
  run_ready();
  EXPECT_EQ(answers, "123");
  EXPECT_EQ(read_available(), "one three");
  EXPECT_FALSE(writer_is_gone());
}

TEST_F(InputPipeTest, ClosesAfterTheLastWrite) {
  const std::string much = pattern(1 << 20);
  pipe->write(much, note('w'));
  pipe->close_when_written(note('c'));
  run_ready();
  EXPECT_EQ(answers, "") << "the pipe cannot hold that much";
  std::string received;
  run_until("the last byte", [&] {
    received += read_available();
    boost::asio::post(strand, [] {});  // so that the loop has a handler to run
    return answers == "wc";
  });
  received += read_available();
  EXPECT_EQ(received, much);
  EXPECT_TRUE(writer_is_gone());
}

TEST_F(InputPipeTest, WritesAfterTheCloseAreAnsweredAndDiscarded) {
  pipe->close_when_written(note('c'));
  pipe->write("too late", note('w'));
  pipe->close_when_written(note('d'));
  run_ready();
  EXPECT_EQ(answers, "cwd");
  EXPECT_EQ(read_available(), "");
}

TEST_F(InputPipeTest, ReaderThatClosesThePipeIsNotAnError) {
  pipe->write(pattern(1 << 20), note('a'));
  pipe->write("more", note('b'));
  run_ready();
  EXPECT_EQ(answers, "");
  read_end.reset();
  run_until("the answers", [&] { return answers.size() == 2; });
  EXPECT_EQ(answers, "ab");
  pipe->write("no reader", note('c'));
  run_ready();
  EXPECT_EQ(answers, "abc");
}

TEST_F(InputPipeTest, CloseAnswersPendingWritesInOrder) {
  pipe->write(pattern(1 << 20), note('a'));
  pipe->write("b", note('b'));
  pipe->write("c", note('c'));
  run_ready();
  pipe->close();
  run_ready();
  EXPECT_EQ(answers, "abc");
}

TEST_F(InputPipeTest, DestructorAnswersPendingWrites) {
  pipe->write(pattern(1 << 20), note('a'));
  pipe->write("b", note('b'));
  run_ready();
  pipe.reset();
  run_ready();
  EXPECT_EQ(answers.size(), 2U);
  EXPECT_EQ(read_available().size(), 65'536U);
  EXPECT_TRUE(writer_is_gone());
}

TEST_F(InputPipeTest, HandlerMayWriteMore) {
  pipe->write("one ", [this] { pipe->write("two", note('2')); });
  run_ready();
  EXPECT_EQ(answers, "2");
  EXPECT_EQ(read_available(), "one two");
}

}  // namespace
}  // namespace escher::test
