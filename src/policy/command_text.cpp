#include "policy/command_text.hpp"

#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace escher {
namespace {

// Characters that need no quotes in any shell. Bytes above 127 are parts of letters.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const bool alphanumeric =
      (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return alphanumeric || byte >= 0x80 ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

bool needs_quotes(std::string_view word) {
  for (const char c : word) {
    if (!is_plain(c)) return true;
  }
  return word.empty();
}

class Words {
 public:
  Words& add(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    if (needs_quotes(word)) {
      add_quoted(word);
    } else {
      text_ += word;
    }
    return *this;
  }

  Words& add(const std::vector<std::string>& words) {
    for (const std::string& word : words) add(word);
    return *this;
  }

  std::string take() { return std::move(text_); }

 private:
  void add_quoted(std::string_view word) {
    text_ += '\'';
    for (const char c : word) {
      // A single quote cannot appear between single quotes: close them, escape it, open them again.
      if (c == '\'') {
        text_ += "'\\''";
      } else {
        text_ += c;
      }
    }
    text_ += '\'';
  }

  std::string text_;
};

std::string text_of(const ShellCommand& command) { return command.command; }

std::string text_of(const ExecCommand& command) {
  return Words().add(command.program).add(command.args).take();
}

std::string text_of(const ScriptCommand& command) {
  Words words;
  if (command.interpreter) words.add(*command.interpreter);
  return words.add(command.path).add(command.args).take();
}

std::string text_of(const AwsCliCommand& command) {
  Words words;
  words.add("aws").add(command.service).add(command.operation).add(command.args);
  if (command.profile) words.add("--profile").add(*command.profile);
  if (command.region) words.add("--region").add(*command.region);
  return words.take();
}

}  // namespace

std::string describe(const Command& command) {
  return std::visit([](const auto& kind) { return text_of(kind); }, command);
}

}  // namespace escher
