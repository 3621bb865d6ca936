// Journal: written by one host, taken over by the next.
#include "journal.hpp"

#include <gtest/gtest.h>

#include "policy/marker.hpp"
#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"

namespace escher::test {
namespace {

JournalEntry entry(std::string id) {
  return {std::move(id), 0x7fffffff, 1, 2, "/logs/a.log", "a command", "{}"};
}

std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

std::unique_ptr<Journal> open(const TemporaryDirectory& directory) {
  return std::move(*Journal::open(directory.path(), Marker("").token()));
}

TEST(JournalTest, OfALivingEngineIsNotTakenOver) {
  const TemporaryDirectory directory;
  const auto journal = open(directory);
  journal->started(entry("a"));
  EXPECT_TRUE(recover_journals(directory.path()).empty());
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(JournalTest, IsPrivateAndGoesWithAnEngineThatLeftNothing) {
  const TemporaryDirectory directory;
  auto journal = open(directory);
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    EXPECT_EQ(mode_of(file.path().string()), 0600U);
  }
  journal->started(entry("a"));
  journal->ended("a");
  journal.reset();
  EXPECT_EQ(files_in(directory.path()), 0U);
}

TEST(JournalTest, OfADeadHostIsTakenOverOnce) {
  const TemporaryDirectory directory;
  {
    const auto journal = open(directory);
    journal->started(entry("a"));
    journal->started(entry("b"));
    journal->ended("a");
  }
  const auto recovered = recover_journals(directory.path());
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].id, "b");
  EXPECT_EQ(recovered[0].command, "a command");
  EXPECT_EQ(recovered[0].log_file, "/logs/a.log");
  EXPECT_EQ(recovered[0].ended, std::vector<int>{});
  EXPECT_EQ(files_in(directory.path()), 0U);
  EXPECT_TRUE(recover_journals(directory.path()).empty());
}

TEST(JournalTest, DoesNotGrowWithWhatHasEnded) {
  const TemporaryDirectory directory;
  auto journal = open(directory);
  auto large = entry("");
  large.command = std::string(10'000, 'x');
  journal->started(entry("stays"));
  for (int i = 0; i < 1000; ++i) {
    large.id = std::to_string(i);
    journal->started(large);
    journal->ended(large.id);
  }
  std::uintmax_t size = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    size += file.file_size();
  }
  EXPECT_LT(size, 2U * 1024 * 1024);
  EXPECT_EQ(journal->error(), "");
  journal.reset();
  const auto recovered = recover_journals(directory.path());
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].id, "stays");
}

TEST(JournalTest, SomethingElseInTheDirectoryIsLeftAlone) {
  const TemporaryDirectory directory;
  write_file(directory / "notes.txt", "mine");
  std::filesystem::create_symlink(directory / "notes.txt", directory / "link.journal");
  EXPECT_TRUE(recover_journals(directory.path()).empty());
  EXPECT_EQ(content_of(directory / "notes.txt"), "mine");
}

TEST(JournalTest, NamesTheDirectoryThatCannotBe) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  const auto journal = Journal::open(directory / "file/below", Marker("").token());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::io);
  EXPECT_EQ(journal.error().path, directory / "file/below");
}

using EngineJournal = EngineTest;

TEST_F(EngineJournal, TheNextHostHearsOfWhatTheLastOneWasRunning) {
  const TemporaryDirectory directory;
  config.journal_dir = directory.path();
  config.log_dir = directory / "logs";
  std::optional<HelperProcess> host;
  host.emplace([&](const HelperProcess::Channel& channel) -> int {
    start();
    run(puppet({"exit", "0"}));
    const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
    channel.tell(job.id);
    channel.tell(std::to_string(wait_started(job).pid));
    channel.tell(std::to_string(wait_pid(job)));
    for (;;) wait_until("nothing", [] { return false; });
  });
  const std::string id = host->read_line();
  const int pid = std::stoi(host->read_line());
  const ProcessWatch descendant(std::stoi(host->read_line()));
  host.reset();  // killed
  start();
  const auto recovered = ask<std::vector<RecoveredExecution>>(
      [&](auto handler) { engine->recovered(std::move(handler)); });
  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->size(), 1U);
  EXPECT_EQ((*recovered)[0].id, id);
  EXPECT_EQ((*recovered)[0].pid, pid);
  EXPECT_EQ((*recovered)[0].log_file, directory / ("logs/" + id + ".log"));
  EXPECT_EQ((*recovered)[0].survivors, std::vector<int>{});
  EXPECT_FALSE(descendant.lives());
  end();
}

TEST_F(EngineJournal, CannotBeWhereItCannotBeWritten) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  config.journal_dir = directory / "file";
  const auto made = Engine::create(config, sink);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace escher::test
