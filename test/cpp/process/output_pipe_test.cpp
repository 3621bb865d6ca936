// OutputPipe: reads while its reader wants more, and delivers every byte once.
#include "process/output_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "support/pattern.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

class OutputPipeTest : public ProcessRig {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    write_end.reset(ends[1]);
    pipe.emplace(strand, ends[0], Stream::out);
  }

  void write(std::string_view bytes) {
    ASSERT_EQ(::write(write_end.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
  }
  void start() { pipe->start(reader, *reader); }
  const std::string& text() const { return reader->text[0]; }
  bool ended() const { return reader->ended[0]; }

  UniqueFd write_end;
  std::optional<OutputPipe> pipe;
  std::shared_ptr<Collector> reader = std::make_shared<Collector>();
};

TEST_F(OutputPipeTest, DeliversTheOutputAndThenTheEnd) {
  start();
  write("one ");
  run_ready();
  EXPECT_EQ(text(), "one ");
  write("two");
  write_end.reset();
  run_until("the end", [&] { return ended(); });
  EXPECT_EQ(text(), "one two");
  EXPECT_EQ(reader->last_error, 0);
  EXPECT_FALSE(pipe->is_open());
}

TEST_F(OutputPipeTest, PausesWhileTheReaderWantsNoMore) {
  reader->wants_more = false;
  start();
  write("later");
  run_ready();
  EXPECT_EQ(text(), "");
  // The pipe is paused until resume().
  reader->wants_more = true;
  run_ready();
  EXPECT_EQ(text(), "");
  pipe->resume();
  run_ready();
  EXPECT_EQ(text(), "later");
}

TEST_F(OutputPipeTest, ContinuesAfterAnUnnecessaryResume) {
  start();
  pipe->resume();
  write("x");
  pipe->resume();
  run_ready();
  EXPECT_EQ(text(), "x");
  write_end.reset();
  run_ready();
  EXPECT_TRUE(ended());
}

TEST_F(OutputPipeTest, ReadRestIgnoresThatTheReaderWantsNoMore) {
  reader->wants_more = false;
  start();
  const std::string full = pattern(65'536);
  write(full);
  run_ready();
  pipe->read_rest();
  EXPECT_EQ(text(), full);
  EXPECT_FALSE(ended());
}

TEST_F(OutputPipeTest, ReadRestDeliversTheEnd) {
  start();
  write("last words");
  write_end.reset();
  pipe->read_rest();
  EXPECT_EQ(text(), "last words");
  EXPECT_TRUE(ended());
}

// A descendant that survives the child can write without end.
TEST_F(OutputPipeTest, ReadRestReadsOnlyTheContentOfThePipe) {
  struct Refilling final : PipeReader {
    explicit Refilling(int end) : fd(end) {}
    void on_chunk(Stream, std::string_view chunk) override {
      bytes += chunk.size();
      EXPECT_GT(::write(fd, chunk.data(), chunk.size()), 0);
    }
    void on_stream_end(Stream, int) override {}
    bool may_read(Stream) override { return false; }
    int fd;
    std::size_t bytes = 0;
  };
  const auto refilling = std::make_shared<Refilling>(write_end.get());
  pipe->start(refilling, *refilling);
  write(std::string(1000, 'x'));
  pipe->read_rest();
  EXPECT_GE(refilling->bytes, 1000U);
  EXPECT_LE(refilling->bytes, 2000U);
}

TEST_F(OutputPipeTest, PipeThatIsNeverEmptyLetsOtherHandlersRun) {
  struct Endless final : PipeReader {
    Endless(int end, const Strand& strand) : fd(end), others(strand) {}
    void on_chunk(Stream, std::string_view chunk) override {
      if (++chunks == 1) boost::asio::post(others, [this] { others_ran = true; });
      if (others_ran || chunks == 10'000) return;
      EXPECT_EQ(::write(fd, chunk.data(), chunk.size()), static_cast<ssize_t>(chunk.size()));
    }
    void on_stream_end(Stream, int) override {}
    bool may_read(Stream) override { return true; }
    int fd;
    Strand others;
    int chunks = 0;
    bool others_ran = false;
  };
  const auto endless = std::make_shared<Endless>(write_end.get(), strand);
  write(std::string(65'536, 'x'));
  pipe->start(endless, *endless);
  run_until("the other handler", [&] { return endless->others_ran; });
  EXPECT_LT(endless->chunks, 100);
}

TEST_F(OutputPipeTest, MayBeClosedByItsReader) {
  struct Closing final : PipeReader {
    explicit Closing(OutputPipe& target) : pipe(target) {}
    void on_chunk(Stream, std::string_view) override {
      ++chunks;
      pipe.close();
    }
    void on_stream_end(Stream, int) override { ADD_FAILURE() << "it was closed, not ended"; }
    bool may_read(Stream) override { return true; }
    OutputPipe& pipe;
    int chunks = 0;
  };
  const auto closing = std::make_shared<Closing>(*pipe);
  pipe->start(closing, *closing);
  write("x");
  run_ready();
  EXPECT_EQ(closing->chunks, 1);
  EXPECT_FALSE(pipe->is_open());
  EXPECT_EQ(closing.use_count(), 1);
}

TEST_F(OutputPipeTest, KeepsItsOwnerAliveUntilTheEnd) {
  start();
  EXPECT_GT(reader.use_count(), 1);
  write_end.reset();
  run_ready();
  EXPECT_TRUE(ended());
  EXPECT_EQ(reader.use_count(), 1);
}

// A read from a terminal whose other side is closed fails with EIO.
TEST_F(OutputPipeTest, ReportsAReadError) {
  const int master = ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (master < 0) GTEST_SKIP() << "no pseudo terminals here";
  ::grantpt(master);
  ::unlockpt(master);
  UniqueFd slave(::open(::ptsname(master), O_RDWR | O_NOCTTY));
  OutputPipe terminal(strand, master, Stream::err);
  terminal.start(reader, *reader);
  slave.reset();
  run_until("the end", [&] { return reader->ended[1]; });
  EXPECT_EQ(reader->last_error, EIO);
}

}  // namespace
}  // namespace escher::test
