#include "policy/windows_quoting.hpp"

#include <algorithm>
#include <cstddef>

#include "policy/windows_paths.hpp"

namespace escher::windows {
namespace {

// An empty variable. After `%%` it keeps cmd from reading the text between two `%` as a name: the
// first `%` stands for itself, and `%cd:~,%` for nothing.
constexpr std::string_view kNothing = "%cd:~,";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Characters that mean nothing to cmd. All others are put between quotes, also those of which it is
// not known that they mean something.
bool is_plain_in_cmd(char c) {
  const auto byte = static_cast<unsigned char>(c);
  // The control characters U+0080 to U+009F begin with 0xC2.
  if (byte >= 0x80) return byte != 0xC2;
  return is_alphanumeric(c) || std::string_view("#$*+-./:?@\\_").find(c) != std::string_view::npos;
}

bool needs_quotes(std::string_view argument) {
  return argument.empty() || argument.find_first_of(" \t\n\v\"") != std::string_view::npos;
}

bool needs_quotes_in_cmd(std::string_view argument) {
  // A batch file may write `"%~1"`: a backslash at the end would escape its quote.
  return argument.empty() || argument.back() == '\\' ||
         !std::all_of(argument.begin(), argument.end(), is_plain_in_cmd);
}

// Backslashes escape only before a double quote, where each of them must be doubled.
class QuotedText {
 public:
  explicit QuotedText(std::string& line) : line_(line) {}

  void add(char c) {
    backslashes_ = c == '\\' ? backslashes_ + 1 : 0;
    line_ += c;
  }
  void double_backslashes() {
    line_.append(backslashes_, '\\');
    backslashes_ = 0;
  }

 private:
  std::string& line_;
  std::size_t backslashes_ = 0;
};

void append_argument(std::string& line, std::string_view argument) {
  if (!needs_quotes(argument)) {
    line += argument;
    return;
  }
  line += '"';
  QuotedText text(line);
  for (const char c : argument) {
    if (c == '"') {
      text.double_backslashes();
      line += '\\';
    }
    text.add(c);
  }
  text.double_backslashes();
  line += '"';
}

void append_batch_argument(std::string& line, std::string_view argument) {
  const bool is_quoted = needs_quotes_in_cmd(argument);
  if (is_quoted) line += '"';
  QuotedText text(line);
  for (const char c : argument) {
    if (c == '"') {
      text.double_backslashes();
      line += '"';
    } else if (c == '%') {
      line += '%';
      line += kNothing;
    }
    text.add(c);
  }
  if (!is_quoted) return;
  text.double_backslashes();
  line += '"';
}

Error refuse(std::string detail) {
  return errors::validation(ValidationReason::invalid_command, std::move(detail));
}

}  // namespace

std::string command_line_of(const std::vector<std::string>& argv) {
  std::string line;
  if (argv.empty()) return line;
  const std::string& program = argv.front();
  const bool is_quoted = program.empty() || program.find_first_of(" \t") != std::string::npos;
  line = is_quoted ? '"' + program + '"' : program;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    line += ' ';
    append_argument(line, argv[i]);
  }
  return line;
}

bool is_batch_file(std::string_view path) {
  std::string_view name = path.substr(path.find_last_of("\\/") + 1);
  // The stream of a file, which may be named as well as its content: "a.bat::$DATA".
  const bool has_drive = name.size() > 1 && name[1] == ':' && name.size() == path.size();
  const std::size_t colon = name.find(':', has_drive ? 2 : 0);
  name = name.substr(0, colon);
  // The system ignores these at the end of a name.
  const std::size_t last = name.find_last_not_of(". ");
  name = name.substr(0, last == std::string_view::npos ? 0 : last + 1);
  const std::string extension = lower_extension_of(name);
  return extension == ".bat" || extension == ".cmd";
}

Result<std::string> batch_line_of(const std::string& batch_file,
                                  const std::vector<std::string>& arguments) {
  if (batch_file.find_first_of("\"\r\n") != std::string::npos || batch_file.ends_with('\\')) {
    return refuse("the path of a batch file must not contain '\"' or a line break");
  }
  // Without delayed expansion `!` is plain; with extensions `%cd:~,%` works; /d: no commands from
  // the registry. The outer quotes are removed by cmd, which leaves all others as they are.
  std::string line = "cmd.exe /d /e:ON /v:OFF /c \"\"";
  QuotedText path(line);
  for (const char c : batch_file) {
    if (c == '%') line.append("%").append(kNothing);
    path.add(c);
  }
  line += '"';
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].find_first_of("\r\n") != std::string::npos) {
      return refuse("\"command.args[" + std::to_string(i) +
                    "]\" must not contain line breaks: a batch file cannot receive them");
    }
    line += ' ';
    append_batch_argument(line, arguments[i]);
  }
  line += '"';
  return line;
}

std::string shell_line_of(std::string_view shell, std::string_view command) {
  std::string line = command_line_of({std::string(shell)});
  // /s: cmd removes the first and the last quote, and leaves the text between them as it is.
  return line.append(" /d /s /c \"").append(command).append("\"");
}

}  // namespace escher::windows
