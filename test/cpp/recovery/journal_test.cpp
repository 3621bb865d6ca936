#include "recovery/journal.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "recovery/journal_fixtures.hpp"

namespace escher::test {
namespace {

TEST(JournalTest, IsPrivateAndRemovedByAnEngineWithoutExecutions) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    EXPECT_EQ(mode_of(file.path().string()), 0600U);
  }
  journal->started(entry("a"));
  journal->ended("a");
  journal.reset();
  EXPECT_EQ(files_in(directory.path()), 0U);
}

TEST(JournalTest, IsRewrittenWithoutEndedExecutions) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
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

TEST(JournalTest, ErrorNamesTheDirectory) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  const auto journal = Journal::open(directory / "file/below", Marker("").token());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, ErrorCode::io);
  EXPECT_EQ(journal.error().path, directory / "file/below");
}

TEST(JournalTest, IsCreatedDuringTheRecoveryOfOtherEngines) {
  const TemporaryDirectory directory;
  std::atomic<bool> enough = false;
  std::vector<std::thread> others(3);
  for (auto& other : others) {
    other = std::thread([&] {
      while (!enough) recover_journals(directory.path());
    });
  }
  int refused = 0;
  int lost = 0;
  for (int i = 0; i < 600; ++i) {
    const auto journal = Journal::open(directory.path(), Marker("").token());
    if (!journal) {
      ++refused;
    } else if (files_in(directory.path()) == 0) {
      ++lost;
    }
  }
  enough = true;
  for (auto& other : others) other.join();
  EXPECT_EQ(refused, 0);
  EXPECT_EQ(lost, 0);
}

TEST(JournalTest, LinesAfterAFullDiskAreValid) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
  journal->started(entry("a"));
  {
    const FileSizeLimit full(std::filesystem::file_size(only_file_in(directory.path())) + 10);
    journal->started(entry("b"));
  }
  EXPECT_NE(journal->error(), "");
  journal->started(entry("c"));
  journal->started(entry("d"));
  journal->ended("d");
  EXPECT_NE(journal->error(), "");
  journal.reset();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), (Ids{"a", "c"}));
}

TEST(JournalTest, RecordsEndsOnAFullDisk) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
  for (const char* id : {"a", "b", "c"}) journal->started(entry(id));
  {
    const FileSizeLimit full(std::filesystem::file_size(only_file_in(directory.path())));
    journal->ended("a");
    journal->ended("c");
  }
  EXPECT_EQ(journal->error(), "");
  journal.reset();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), Ids{"b"});
}

// The line of "b" does not fit and is not in the file, so its end must not change another line.
TEST(JournalTest, RecordsNoEndOfAnUnwrittenStart) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
  journal->started(entry("a"));
  {
    const FileSizeLimit full(std::filesystem::file_size(only_file_in(directory.path())));
    journal->started(entry("b"));
    journal->ended("b");
  }
  journal->started(entry("c"));
  journal.reset();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), (Ids{"a", "c"}));
}

TEST(JournalTest, ErrorOfAFullDiskHasItsErrno) {
  const TemporaryDirectory directory;
  const FileSizeLimit full(10);
  const auto journal = Journal::open(directory.path(), Marker("").token());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().os_error, EFBIG);
  EXPECT_EQ(journal.error().syscall, "write");
}

TEST(JournalTest, FailedRewriteIsRepeated) {
  const TemporaryDirectory directory;
  auto journal = open_journal(directory);
  auto large = entry("large");
  large.command = std::string(2 * 1024 * 1024, 'x');
  journal->started(entry("a"));
  journal->started(large);
  {
    const FileSizeLimit full(0);
    journal->ended("large");
  }
  EXPECT_NE(journal->error(), "");
  journal->started(entry("b"));
  journal.reset();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), (Ids{"a", "b"}));
}

}  // namespace
}  // namespace escher::test
