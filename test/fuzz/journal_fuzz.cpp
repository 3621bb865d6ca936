// A journal is parsed as it was written, and any other file content is harmless. An input is parsed
// as a journal, and then used as the fields of entries, separated by NUL.
//
// With libFuzzer: -fsanitize=fuzzer. The seeds are in corpus/journal/.

#include <algorithm>
#include <string>
#include <string_view>

#include "policy/journal_format.hpp"
#include "require.hpp"

namespace escher {
namespace {

std::string take_field(std::string_view& input) {
  const std::string field(input.substr(0, input.find('\0')));
  input.remove_prefix(std::min(input.size(), field.size() + 1));
  return field;
}

// A parsed journal stays equal when it is written and parsed again.
void check_any_text(std::string_view text) {
  const JournalText journal = parse_journal(text);
  std::string again = journal_head(journal.head);
  for (const JournalEntry& entry : journal.unfinished) again += journal_start(entry);
  const JournalText second = parse_journal(again);
  require(second.head.token == journal.head.token, "the token is the same");
  require(second.head.pid_scope == journal.head.pid_scope, "the PID scope is the same");
  require(second.unfinished.size() == journal.unfinished.size(),
          "the number of entries is the same");
  for (std::size_t i = 0; i < journal.unfinished.size(); ++i) {
    require(second.unfinished[i].id == journal.unfinished[i].id, "the id is the same");
    require(second.unfinished[i].command == journal.unfinished[i].command,
            "the command is the same");
    require(second.unfinished[i].pid == journal.unfinished[i].pid, "the PID is the same");
  }
}

void check_entries(std::string_view input) {
  std::string text = journal_head({"token/", 1, 2, "boot pid:[1]"});
  std::vector<JournalEntry> entries;
  while (!input.empty()) {
    JournalEntry entry;
    entry.id = std::to_string(entries.size());
    entry.pid = static_cast<int>(entries.size());
    entry.command = take_field(input);
    entry.log_file = take_field(input);
    entry.metadata = take_field(input);
    text += journal_start(entry);
    entries.push_back(std::move(entry));
  }
  const JournalText journal = parse_journal(text);
  require(journal.unfinished.size() == entries.size(), "every entry exists");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    require(journal.unfinished[i].command == entries[i].command, "the command is kept");
    require(journal.unfinished[i].log_file == entries[i].log_file, "the log file is kept");
    require(journal.unfinished[i].metadata == entries[i].metadata, "the metadata is kept");
  }
  for (const JournalEntry& entry : entries) text += "-\t" + entry.id + "\n";
  require(parse_journal(text).unfinished.empty(), "ended executions are not unfinished");
}

}  // namespace
}  // namespace escher

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  escher::check_any_text(input);
  escher::check_entries(input);
  return 0;
}
