// The text of a journal: round trips, and incomplete or malformed text.
#include "policy/journal_format.hpp"

#include <gtest/gtest.h>

namespace escher::test {
namespace {

const JournalHead kHead{"01234567-89ab-4cde-8f01-23456789abcd/", 77, 99, "boot pid:[1]"};

JournalEntry entry(std::string id) {
  return {std::move(id), 42, 12345, 1'700'000'000'123.0, "/logs/a.log", "sh -c 'a'", "{}"};
}

std::vector<std::string> unfinished(const std::string& text) {
  std::vector<std::string> ids;
  for (const auto& found : parse_journal(text).unfinished) ids.push_back(found.id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST(JournalFormat, ParsesWhatWasWritten) {
  const auto journal = parse_journal(journal_head(kHead) + journal_start(entry("a")));
  EXPECT_EQ(journal.head.token, kHead.token);
  EXPECT_EQ(journal.head.host_pid, 77);
  EXPECT_EQ(journal.head.host_started, 99U);
  EXPECT_EQ(journal.head.pid_scope, "boot pid:[1]");
  ASSERT_EQ(journal.unfinished.size(), 1U);
  const auto& found = journal.unfinished[0];
  EXPECT_EQ(found.id, "a");
  EXPECT_EQ(found.pid, 42);
  EXPECT_EQ(found.process_started, 12345U);
  EXPECT_EQ(found.started_at, 1'700'000'000'123.0);
  EXPECT_EQ(found.log_file, "/logs/a.log");
  EXPECT_EQ(found.command, "sh -c 'a'");
  EXPECT_EQ(found.metadata, "{}");
}

TEST(JournalFormat, KeepsSpecialCharactersInFields) {
  auto odd = entry("a");
  odd.command = "tab\t newline\n backslash\\ \\n \\";
  odd.metadata = std::string("nul\0", 4);
  odd.log_file = "";
  const auto journal = parse_journal(journal_head(kHead) + journal_start(odd));
  ASSERT_EQ(journal.unfinished.size(), 1U);
  EXPECT_EQ(journal.unfinished[0].command, odd.command);
  EXPECT_EQ(journal.unfinished[0].metadata, odd.metadata);
  EXPECT_EQ(journal.unfinished[0].log_file, "");
}

TEST(JournalFormat, OmitsEndedExecutions) {
  std::string ended = journal_start(entry("a"));
  ended.replace(0, kJournalEndMark.size(), kJournalEndMark);
  EXPECT_EQ(unfinished(journal_head(kHead) + ended + journal_start(entry("b"))), Ids{"b"});
}

TEST(JournalFormat, ReadsEndLinesOfOlderJournals) {
  EXPECT_EQ(unfinished(journal_head(kHead) + journal_start(entry("a")) + journal_start(entry("b")) +
                       "-\ta\n" + journal_start(entry("c")) + "-\tunknown\n"),
            (Ids{"b", "c"}));
}

TEST(JournalFormat, IgnoresAnIncompleteLastLine) {
  const std::string whole = journal_head(kHead) + journal_start(entry("a"));
  const std::string more = journal_start(entry("b"));
  for (std::size_t size = 0; size < more.size(); ++size) {
    EXPECT_EQ(unfinished(whole + more.substr(0, size)), Ids{"a"}) << size;
  }
  EXPECT_EQ(unfinished(whole + more), (Ids{"a", "b"}));
}

TEST(JournalFormat, IsEmptyWithoutAHead) {
  EXPECT_EQ(unfinished(""), Ids{});
  EXPECT_EQ(unfinished(journal_start(entry("a"))), Ids{});
  EXPECT_EQ(unfinished("escher-journal-2\tx\t1\n" + journal_start(entry("a"))), Ids{});
  EXPECT_EQ(unfinished("escher-journal-1\tx\n" + journal_start(entry("a"))), Ids{});
}

TEST(JournalFormat, ReadsTheKnownFieldsOfOtherVersions) {
  const auto pid_scope = [](const std::string& rest) {
    const auto journal =
        parse_journal("escher-journal-1\tx/\t7\t9" + rest + "\n" + journal_start(entry("a")));
    EXPECT_EQ(journal.head.token, "x/");
    EXPECT_EQ(journal.unfinished.size(), 1U);
    return journal.head.pid_scope;
  };
  EXPECT_EQ(pid_scope(""), "");
  EXPECT_EQ(pid_scope("\t"), "");
  EXPECT_EQ(pid_scope("\tboot"), "boot");
  EXPECT_EQ(pid_scope("\tboot\tmore"), "boot");
}

TEST(JournalFormat, SkipsMalformedLines) {
  EXPECT_EQ(unfinished(journal_head(kHead) + "\n+\n+\ta\tx\t1\t1\t\t\t\n-\n?\t?\n" +
                       journal_start(entry("b"))),
            Ids{"b"});
}

}  // namespace
}  // namespace escher::test
