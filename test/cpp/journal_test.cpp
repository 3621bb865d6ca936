// Journal: written by one host, taken over by the next.
#include "journal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "policy/marker.hpp"
#include "process/process_table.hpp"
#include "stream/file_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

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

std::string only_file_in(const std::string& directory) {
  return std::filesystem::directory_iterator(directory)->path().string();
}

std::vector<std::string> ids_of(const std::vector<RecoveredExecution>& recovered) {
  std::vector<std::string> ids;
  for (const auto& execution : recovered) ids.push_back(execution.id);
  return ids;
}

using Ids = std::vector<std::string>;

constexpr int kNobody = 0x7fffffff;

// As an engine of here leaves it whose host has died.
JournalHead dead_head(std::string numbering = own_numbering()) {
  return {Marker("").token(), kNobody, 1, std::move(numbering)};
}

// Of a host that is gone, while somebody still holds its lock.
class LockedJournal {
 public:
  LockedJournal(const std::string& path, const JournalHead& head) {
    write_file(path, journal_head(head) + journal_start(entry("locked")));
    lock_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::flock(lock_.get(), LOCK_EX | LOCK_NB), 0);
  }
  void release() { lock_.reset(); }

 private:
  UniqueFd lock_;
};

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

// Between the making of the file and its lock it is nobody's.
TEST(JournalTest, IsMadeWhileOtherEnginesRecover) {
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

TEST(JournalTest, AFullDiskSpoilsNothingOfWhatComesBehind) {
  const TemporaryDirectory directory;
  auto journal = open(directory);
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

TEST(JournalTest, ThatCouldNotBeWrittenAnewIsWrittenAnewLater) {
  const TemporaryDirectory directory;
  auto journal = open(directory);
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

// One after the other they would take as many seconds.
TEST(JournalTest, ThoseThatStayLockedAreWaitedForTogether) {
  const TemporaryDirectory directory;
  std::vector<LockedJournal> locked;
  for (int i = 0; i < 15; ++i) {
    locked.emplace_back(directory / ("here-" + std::to_string(i) + ".journal"), dead_head());
    locked.emplace_back(directory / ("there-" + std::to_string(i) + ".journal"),
                        dead_head("elsewhere"));
  }
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), Ids{});
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10));
  EXPECT_EQ(files_in(directory.path()), 30U);
  locked.clear();
  EXPECT_EQ(recover_journals(directory.path()).size(), 30U);
}

// A host that is killed while it launches leaves a child for a moment that has the lock, too.
TEST(JournalTest, IsTakenOverWhenItsLockComesFree) {
  const TemporaryDirectory directory;
  std::vector<RecoveredExecution> recovered;
  for (int attempt = 0; attempt < 5 && recovered.empty(); ++attempt) {
    LockedJournal locked(directory / "one.journal", dead_head());
    std::thread holder([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      locked.release();
    });
    recovered = recover_journals(directory.path());
    holder.join();
  }
  EXPECT_EQ(ids_of(recovered), Ids{"locked"});
}

// Who may not be killed lives on, and is named.
TEST(JournalTest, ThoseWhoDoNotDieAreWaitedForTogether) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs somebody whom it may not kill";
  const TemporaryDirectory directory;
  ASSERT_EQ(::chown(directory.path().c_str(), 65534, 65534), 0);
  HelperProcess untouchable([](const HelperProcess::Channel&) -> int {
    for (;;) ::pause();
  });
  HelperProcess host([&](const HelperProcess::Channel& channel) -> int {
    if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0) return 1;
    auto survivor = entry("survivor");
    survivor.pid = untouchable.pid();
    survivor.process_started = start_time_of(survivor.pid);
    for (int i = 0; i < 15; ++i) {
      write_file(directory / (std::to_string(i) + ".journal"),
                 journal_head(dead_head()) + journal_start(survivor));
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto recovered = recover_journals(directory.path());
    const auto seconds = (std::chrono::steady_clock::now() - begun) / std::chrono::seconds(1);
    channel.tell(std::to_string(recovered.size()));
    channel.tell(std::to_string(recovered.at(14).survivors.at(0)));
    channel.tell(seconds < 10 ? "together" : "one after the other");
    return 0;
  });
  EXPECT_EQ(host.read_line(), "15");
  EXPECT_EQ(host.read_line(), std::to_string(untouchable.pid()));
  EXPECT_EQ(host.read_line(), "together");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(files_in(directory.path()), 0U);
}

// One process that was launched by an execution, and has lost its marker.
class JournalOfANumber : public testing::Test {
 protected:
  std::vector<RecoveredExecution> recover(const std::string& head) {
    auto launched = entry("a");
    launched.pid = process.pid();
    launched.process_started = start_time_of(launched.pid);
    write_file(directory / "one.journal", head + journal_start(launched));
    return recover_journals(directory.path());
  }
  void expect_spared(const std::string& head) {
    const auto recovered = recover(head);
    ASSERT_EQ(ids_of(recovered), Ids{"a"});
    EXPECT_EQ(recovered[0].ended, std::vector<int>{});
    EXPECT_EQ(recovered[0].survivors, std::vector<int>{});
    EXPECT_TRUE(watch.lives());
  }

  const TemporaryDirectory directory;
  HelperProcess process{[](const HelperProcess::Channel&) -> int {
    for (;;) ::pause();
  }};
  const ProcessWatch watch{process.pid()};
};

TEST_F(JournalOfANumber, OfThisBootAndNamespaceEndsTheProcess) {
  const auto recovered = recover(journal_head(dead_head()));
  ASSERT_EQ(ids_of(recovered), Ids{"a"});
  EXPECT_EQ(recovered[0].survivors, std::vector<int>{});
  ASSERT_FALSE(watch.lives());
  EXPECT_EQ(process.wait(), -SIGKILL);
}

TEST_F(JournalOfANumber, OfAnotherBootOrNamespaceSparesWhoeverHasItHere) {
  const std::string here = own_numbering();
  ASSERT_NE(here, "");
  expect_spared(journal_head(dead_head("00000000" + here.substr(8))));
  expect_spared(journal_head(dead_head(here.substr(0, here.size() - 2) + "]")));
}

TEST_F(JournalOfANumber, OfNobodyKnowsWhereSparesWhoeverHasItHere) {
  expect_spared("escher-journal-1\t" + Marker("").token() + "\t2147483647\t1\n");
  expect_spared(journal_head(dead_head("")));
}

using JournalOfAMarker = ProcessRig;

TEST_F(JournalOfAMarker, EndsWhoBearsItWhateverTheNumbersAre) {
  const TemporaryDirectory directory;
  const Marker marker("");
  const ExecutionId id = random_id();
  LaunchOptions marked;
  marked.marker = marker.entry_for(id);
  auto command = launch_puppet({"sleep"}, marked);
  const ProcessWatch watch(command.process.pid());
  write_file(directory / "one.journal", journal_head({marker.token(), kNobody, 1, "elsewhere"}) +
                                            journal_start(entry(format_id(id))));
  const auto recovered = recover_journals(directory.path());
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].ended, std::vector<int>{command.process.pid()});
  EXPECT_FALSE(watch.lives());
  command.process.signal_tree(SIGKILL);
  wait_and_reap(command.process);
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
