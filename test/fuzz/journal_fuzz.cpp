// A journal is read back as it was written, and whatever else is in a file that is called one does
// no harm. An input is text: it is read as it is, and then as the fields of entries, each up to a
// NUL.
//
// With libFuzzer: -fsanitize=fuzzer. The inputs in corpus/journal/ are the seeds.

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

// What is read of a text is the same again when it is written and read once more.
void check_any_text(std::string_view text) {
  const JournalText journal = parse_journal(text);
  std::string again = journal_head(journal.head);
  for (const JournalEntry& entry : journal.unfinished) again += journal_start(entry);
  const JournalText second = parse_journal(again);
  require(second.head.token == journal.head.token, "the token is the same");
  require(second.head.numbering == journal.head.numbering, "and what the numbers belong to");
  require(second.unfinished.size() == journal.unfinished.size(), "no entry is lost or made");
  for (std::size_t i = 0; i < journal.unfinished.size(); ++i) {
    require(second.unfinished[i].id == journal.unfinished[i].id, "the id is the same");
    require(second.unfinished[i].command == journal.unfinished[i].command, "so is the command");
    require(second.unfinished[i].pid == journal.unfinished[i].pid, "and the number");
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
  require(journal.unfinished.size() == entries.size(), "every entry is there");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    require(journal.unfinished[i].command == entries[i].command, "its command");
    require(journal.unfinished[i].log_file == entries[i].log_file, "its log");
    require(journal.unfinished[i].metadata == entries[i].metadata, "its metadata");
  }
  for (const JournalEntry& entry : entries) text += journal_end(entry.id);
  require(parse_journal(text).unfinished.empty(), "what ended is not unfinished");
}

}  // namespace
}  // namespace escher

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  escher::check_any_text(input);
  escher::check_entries(input);
  return 0;
}
