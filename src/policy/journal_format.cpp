#include "policy/journal_format.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>

namespace escher {
namespace {

constexpr std::string_view kHead = "escher-journal-1";
constexpr std::string_view kStart = "+";
constexpr std::string_view kEnd = "-";  // a line of its own in older journals
// Older journals have no PID scope. Fields of later versions after it are ignored.
constexpr std::size_t kLeastHeadFields = 4;
constexpr std::size_t kStartFields = 8;
constexpr std::size_t kEndFields = 2;

// Tabs separate fields and newlines end lines, so a field must not contain them.
std::string escaped(std::string_view field) {
  std::string text;
  text.reserve(field.size());
  for (const char c : field) {
    switch (c) {
      case '\\':
        text += "\\\\";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\n':
        text += "\\n";
        break;
      default:
        text += c;
    }
  }
  return text;
}

std::string unescaped(std::string_view field) {
  std::string text;
  text.reserve(field.size());
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      text += field[i];
      continue;
    }
    const char c = field[++i];
    text += c == 't' ? '\t' : c == 'n' ? '\n' : c;
  }
  return text;
}

std::string line_of(std::initializer_list<std::string> fields) {
  std::string line;
  for (const std::string& field : fields) {
    if (!line.empty()) line += '\t';
    line += escaped(field);
  }
  return line + '\n';
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(unescaped(line.substr(0, tab)));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

template <typename Number>
std::optional<Number> number_in(const std::string& text) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return value;
}

std::optional<JournalEntry> entry_in(std::vector<std::string>& fields) {
  const auto pid = number_in<int>(fields[2]);
  const auto process_started = number_in<std::uint64_t>(fields[3]);
  const auto started_at = number_in<std::uint64_t>(fields[4]);
  if (!pid || !process_started || !started_at) return std::nullopt;
  return JournalEntry{std::move(fields[1]), *pid,
                      *process_started,     static_cast<EpochMillis>(*started_at),
                      std::move(fields[5]), std::move(fields[6]),
                      std::move(fields[7])};
}

void apply_line(JournalText& journal, std::vector<std::string> fields) {
  if (fields[0] == kStart && fields.size() == kStartFields) {
    if (auto entry = entry_in(fields)) journal.unfinished.push_back(std::move(*entry));
  } else if (fields[0] == kEnd && fields.size() == kEndFields) {
    std::erase_if(journal.unfinished,
                  [&](const JournalEntry& entry) { return entry.id == fields[1]; });
  }
}

}  // namespace

std::string journal_head(const JournalHead& head) {
  return line_of({std::string(kHead), head.token, std::to_string(head.host_pid),
                  std::to_string(head.host_started), head.pid_scope});
}

std::string journal_start(const JournalEntry& entry) {
  return line_of({std::string(kStart), entry.id, std::to_string(entry.pid),
                  std::to_string(entry.process_started),
                  std::to_string(static_cast<std::uint64_t>(entry.started_at)), entry.log_file,
                  entry.command, entry.metadata});
}

JournalText parse_journal(std::string_view text) {
  JournalText journal;
  bool has_head = false;
  for (;;) {
    const std::size_t end = text.find('\n');
    // The host died while it wrote the last line.
    if (end == std::string_view::npos) return journal;
    auto fields = fields_of(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (has_head) {
      apply_line(journal, std::move(fields));
      continue;
    }
    if (fields[0] != kHead || fields.size() < kLeastHeadFields) return journal;
    const auto pid = number_in<int>(fields[2]);
    const auto started = number_in<std::uint64_t>(fields[3]);
    if (!pid || !started) return journal;
    journal.head = {std::move(fields[1]), *pid, *started, {}};
    if (fields.size() > kLeastHeadFields) journal.head.pid_scope = std::move(fields[4]);
    has_head = true;
  }
}

}  // namespace escher
