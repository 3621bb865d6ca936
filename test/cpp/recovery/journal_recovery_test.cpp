#include "recovery/journal_recovery.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "process/process_table.hpp"
#include "recovery/journal_fixtures.hpp"
#include "support/engine_test.hpp"
#include "support/helper_process.hpp"
#include "support/process_rig.hpp"

namespace escher::test {
namespace {

// The journal of a dead host whose lock another process holds.
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

TEST(JournalRecovery, LeavesTheJournalOfALiveEngine) {
  const TemporaryDirectory directory;
  const auto journal = open_journal(directory);
  journal->started(entry("a"));
  EXPECT_TRUE(recover_journals(directory.path()).empty());
  EXPECT_EQ(files_in(directory.path()), 1U);
}

TEST(JournalRecovery, RecoversTheJournalOfADeadHostOnce) {
  const TemporaryDirectory directory;
  {
    const auto journal = open_journal(directory);
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

TEST(JournalRecovery, LeavesOtherFilesInTheDirectory) {
  const TemporaryDirectory directory;
  write_file(directory / "notes.txt", "mine");
  std::filesystem::create_symlink(directory / "notes.txt", directory / "link.journal");
  EXPECT_TRUE(recover_journals(directory.path()).empty());
  EXPECT_EQ(content_of(directory / "notes.txt"), "mine");
}

// Another engine can lock the file between its creation and the lock.
// One after another they would take as many seconds.
TEST(JournalRecovery, WaitsForAllLockedJournalsTogether) {
  const TemporaryDirectory directory;
  std::vector<LockedJournal> locked;
  for (int i = 0; i < 15; ++i) {
    locked.emplace_back(directory / ("here-" + std::to_string(i) + ".journal"), dead_head());
    locked.emplace_back(directory / ("there-" + std::to_string(i) + ".journal"),
                        dead_head("elsewhere"));
  }
  const auto start_time = std::chrono::steady_clock::now();
  EXPECT_EQ(ids_of(recover_journals(directory.path())), Ids{});
  EXPECT_LT(std::chrono::steady_clock::now() - start_time, std::chrono::seconds(10));
  EXPECT_EQ(files_in(directory.path()), 30U);
  locked.clear();
  EXPECT_EQ(recover_journals(directory.path()).size(), 30U);
}

// A host that is killed during a launch leaves a child that holds the lock for a moment.
TEST(JournalRecovery, RecoversAJournalWhenItsLockIsReleased) {
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

// A process that cannot be killed is reported as a survivor.
TEST(JournalRecovery, WaitsForAllSurvivorsTogether) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a process that it cannot kill";
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
    const auto start_time = std::chrono::steady_clock::now();
    const auto recovered = recover_journals(directory.path());
    const auto seconds = (std::chrono::steady_clock::now() - start_time) / std::chrono::seconds(1);
    channel.send(std::to_string(recovered.size()));
    channel.send(std::to_string(recovered.at(14).survivors.at(0)));
    channel.send(seconds < 10 ? "together" : "one after another");
    return 0;
  });
  EXPECT_EQ(host.read_line(), "15");
  EXPECT_EQ(host.read_line(), std::to_string(untouchable.pid()));
  EXPECT_EQ(host.read_line(), "together");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(files_in(directory.path()), 0U);
}

// A launched process without a marker.
class JournalPidScope : public testing::Test {
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

TEST_F(JournalPidScope, KillsTheProcessInTheSamePidScope) {
  const auto recovered = recover(journal_head(dead_head()));
  ASSERT_EQ(ids_of(recovered), Ids{"a"});
  EXPECT_EQ(recovered[0].survivors, std::vector<int>{});
  ASSERT_FALSE(watch.lives());
  EXPECT_EQ(process.wait(), -SIGKILL);
}

TEST_F(JournalPidScope, SparesTheProcessInAnotherPidScope) {
  const std::string here = own_pid_scope();
  ASSERT_NE(here, "");
  expect_spared(journal_head(dead_head("00000000" + here.substr(8))));
  expect_spared(journal_head(dead_head(here.substr(0, here.size() - 2) + "]")));
}

TEST_F(JournalPidScope, SparesTheProcessInAnUnknownPidScope) {
  expect_spared("escher-journal-1\t" + Marker("").token() + "\t2147483647\t1\n");
  expect_spared(journal_head(dead_head("")));
}

using JournalMarker = ProcessRig;

TEST_F(JournalMarker, KillsProcessesWithTheMarkerInAnyPidScope) {
  const TemporaryDirectory directory;
  const Marker marker("");
  const ExecutionId id = random_id();
  LaunchOptions marked;
  marked.marker = marker.entry_for(id);
  auto command = launch_puppet({"sleep"}, marked);
  const ProcessWatch watch(command.process.pid());
  write_file(directory / "one.journal", journal_head({marker.token(), kUnusedPid, 1, "elsewhere"}) +
                                            journal_start(entry(format_id(id))));
  const auto recovered = recover_journals(directory.path());
  ASSERT_EQ(recovered.size(), 1U);
  EXPECT_EQ(recovered[0].ended, std::vector<int>{command.process.pid()});
  EXPECT_FALSE(watch.lives());
  command.process.signal_group(SIGKILL);
  wait_and_reap(command.process);
}

using EngineRecovery = EngineTest;

TEST_F(EngineRecovery, NextHostReportsInterruptedExecutions) {
  const TemporaryDirectory directory;
  config.journal_dir = directory.path();
  config.log_dir = directory / "logs";
  std::optional<HelperProcess> host;
  host.emplace([&](const HelperProcess::Channel& channel) -> int {
    start();
    run(puppet({"exit", "0"}));
    const auto job = submit(shell("setsid sh -c 'echo $$; exec sleep 1000' & wait"));
    channel.send(job.id);
    channel.send(std::to_string(wait_started(job).pid));
    channel.send(std::to_string(wait_pid(job)));
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

TEST_F(EngineRecovery, EngineIsNotCreatedWithoutAWritableJournal) {
  const TemporaryDirectory directory;
  write_file(directory / "file", "");
  config.journal_dir = directory / "file";
  const auto made = Engine::create(config, sink);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace escher::test
