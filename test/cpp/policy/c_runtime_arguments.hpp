// How the C runtime of Windows takes a command line apart, by its documentation: "Parsing C command
// line arguments". Written for the tests, apart from the code that they test.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace escher::test {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The first argument has no escapes: a quote only begins or ends a part in which blanks count.
inline std::string take_program(std::string_view& line) {
  std::string program;
  bool in_quotes = false;
  while (!line.empty() && (in_quotes || !is_blank(line.front()))) {
    if (line.front() == '"') {
      in_quotes = !in_quotes;
    } else {
      program += line.front();
    }
    line.remove_prefix(1);
  }
  return program;
}

inline std::string take_argument(std::string_view& line) {
  std::string argument;
  bool in_quotes = false;
  while (!line.empty() && (in_quotes || !is_blank(line.front()))) {
    std::size_t backslashes = 0;
    while (backslashes < line.size() && line[backslashes] == '\\') ++backslashes;
    line.remove_prefix(backslashes);
    if (line.empty() || line.front() != '"') {
      argument.append(backslashes, '\\');
      if (!line.empty() && (in_quotes || !is_blank(line.front()))) {
        argument += line.front();
        line.remove_prefix(1);
      }
      continue;
    }
    argument.append(backslashes / 2, '\\');
    line.remove_prefix(1);
    if (backslashes % 2 == 1) {
      argument += '"';
    } else if (in_quotes && line.starts_with('"')) {
      argument += '"';
      line.remove_prefix(1);
    } else {
      in_quotes = !in_quotes;
    }
  }
  return argument;
}

inline std::vector<std::string> arguments_after(std::string_view line) {
  std::vector<std::string> arguments;
  for (;;) {
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.empty()) return arguments;
    arguments.push_back(take_argument(line));
  }
}

inline std::vector<std::string> arguments_of(std::string_view line) {
  std::vector<std::string> all{take_program(line)};
  const auto rest = arguments_after(line);
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

}  // namespace escher::test
