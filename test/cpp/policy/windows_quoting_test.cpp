// Command lines of Windows: tables of what was sent wrong by others, and properties that hold for
// every argument, by rules that are written down a second time in the test.

#include "policy/windows_quoting.hpp"

#include <gtest/gtest.h>

#include <random>

#include "policy/c_runtime_arguments.hpp"

namespace escher::windows {
namespace {

using Words = std::vector<std::string>;

struct Quoted {
  Words argv;
  std::string line;
};

TEST(WindowsQuoting, WritesArgumentsByTheRulesOfTheCRuntime) {
  const Quoted cases[] = {
      {{"p"}, "p"},
      {{"p", ""}, R"(p "")"},
      {{"p", "plain", "a=b", "-x:y"}, "p plain a=b -x:y"},
      {{"p", "two words"}, R"(p "two words")"},
      {{"p", "tab\there"}, "p \"tab\there\""},
      {{"p", R"(C:\dir\)"}, R"(p C:\dir\)"},
      {{"p", R"(C:\my dir\)"}, R"(p "C:\my dir\\")"},
      {{"p", R"(say "hi")"}, R"(p "say \"hi\"")"},
      {{"p", R"(a\"b)"}, R"(p "a\\\"b")"},
      {{"p", R"("quoted")"}, R"(p "\"quoted\"")"},
      {{"p", R"(\\server\share)"}, R"(p \\server\share)"},
      {{R"(C:\Program Files\p.exe)", "x"}, R"("C:\Program Files\p.exe" x)"},
  };
  for (const auto& [argv, line] : cases) {
    EXPECT_EQ(command_line_of(argv), line);
    EXPECT_EQ(test::arguments_of(line), argv) << line;
  }
}

class RandomWords {
 public:
  explicit RandomWords(unsigned seed) : engine_(seed) {}

  Words words(std::string_view letters) {
    Words words(below(5));
    for (std::string& word : words) {
      word.resize(below(9));
      for (char& c : word) c = letters[below(letters.size())];
    }
    return words;
  }

 private:
  std::size_t below(std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(engine_);
  }
  std::mt19937 engine_;
};

TEST(WindowsQuoting, ArgumentsComeBackUnchanged) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Words argv = RandomWords(seed).words("\\\\\"\" \tab%^&|<>!\n\v'");
    argv.insert(argv.begin(), "C:\\a b\\p.exe");
    ASSERT_EQ(test::arguments_of(command_line_of(argv)), argv) << "seed " << seed;
  }
}

TEST(WindowsQuoting, SeesBatchFilesThroughTheirNames) {
  for (const char* path :
       {"a.bat", "a.CMD", "C:\\x y\\a.Bat", "a.bat.", "a.cmd ", "a.bat. . ", "a.bat::$DATA",
        "a.bat:stream", "a.cmd. ::$DATA", "C:a.bat", "dir.exe/a.bat"}) {
    EXPECT_TRUE(is_batch_file(path)) << path;
  }
  for (const char* path :
       {"a.exe", "bat", ".bat", "a.bat.exe", "a.batx", "C:\\x.bat\\a.exe", "a"}) {
    EXPECT_FALSE(is_batch_file(path)) << path;
  }
}

std::string inner_of(const std::string& line) {
  const std::string start = "cmd.exe /d /e:ON /v:OFF /c \"";
  EXPECT_EQ(line.substr(0, start.size()), start);
  EXPECT_TRUE(line.ends_with('"'));
  return line.substr(start.size(), line.size() - start.size() - 1);
}

TEST(WindowsQuoting, WritesLinesForBatchFiles) {
  const auto line_of = [](const Words& arguments) {
    return inner_of(*batch_line_of("C:\\my tools\\run.cmd", arguments));
  };
  EXPECT_EQ(line_of({}), R"("C:\my tools\run.cmd")");
  EXPECT_EQ(line_of({"plain", "a-b.c"}), R"("C:\my tools\run.cmd" plain a-b.c)");
  EXPECT_EQ(line_of({"a&calc"}), R"("C:\my tools\run.cmd" "a&calc")");
  EXPECT_EQ(line_of({R"("&calc&")"}), R"("C:\my tools\run.cmd" """&calc&""")");
  EXPECT_EQ(line_of({"%PATH%"}), R"("C:\my tools\run.cmd" "%%cd:~,%PATH%%cd:~,%")");
  EXPECT_EQ(line_of({""}), R"("C:\my tools\run.cmd" "")");
  EXPECT_EQ(line_of({R"(dir\)"}), R"("C:\my tools\run.cmd" "dir\\")");
}

TEST(WindowsQuoting, RefusesWhatABatchFileCannotReceive) {
  const auto refused = batch_line_of("a.bat", {"x", "one\ntwo"});
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().reason, ValidationReason::invalid_command);
  EXPECT_NE(refused.error().message.find("command.args[1]"), std::string::npos);
  EXPECT_TRUE(batch_line_of("a.bat", {"a\rb"}).has_error());
  EXPECT_TRUE(batch_line_of("a\".bat", {}).has_error());
}

// What cmd makes of the line before it looks for operators: `%%` does not escape here, `%cd:~,%` is
// an empty part of a variable, and any other name between two `%` would be replaced.
std::string with_variables_replaced(std::string line, bool& replaced_one) {
  const std::string nothing = "%cd:~,%";
  for (std::size_t at = 0; (at = line.find('%', at)) != std::string::npos;) {
    if (line.compare(at, nothing.size(), nothing) == 0) {
      line.erase(at, nothing.size());
    } else if (line.compare(at + 1, nothing.size(), nothing) == 0) {
      line.erase(at + 1, nothing.size());
      ++at;
    } else {
      replaced_one = true;
      ++at;
    }
  }
  return line;
}

// A caret, and operators, mean something to cmd outside of quotes only.
bool has_bare_operator(std::string_view line) {
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes && std::string_view("&|<>^()\n").find(c) != std::string_view::npos) return true;
  }
  return in_quotes;
}

TEST(WindowsQuoting, NoArgumentOfABatchFileIsACommand) {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    const Words arguments = RandomWords(seed).words("\\\\\"\"%% &|<>^()!\taPATH\x7f\xC2\xA0");
    const std::string line = inner_of(*batch_line_of("C:\\a & b\\run.bat", arguments));
    bool replaced_one = false;
    const std::string parsed = with_variables_replaced(line, replaced_one);
    ASSERT_FALSE(replaced_one) << "seed " << seed << ": " << line;
    ASSERT_FALSE(has_bare_operator(parsed)) << "seed " << seed << ": " << line;
    // A program that the batch file passes `%*` to.
    Words expected = arguments;
    expected.insert(expected.begin(), "C:\\a & b\\run.bat");
    ASSERT_EQ(test::arguments_of(parsed), expected) << "seed " << seed << ": " << line;
  }
}

TEST(WindowsQuoting, AShellGetsItsCommandAsItIs) {
  EXPECT_EQ(shell_line_of("cmd.exe", R"(echo "a b" & dir)"),
            R"(cmd.exe /d /s /c "echo "a b" & dir")");
}

}  // namespace
}  // namespace escher::windows
