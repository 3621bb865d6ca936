// A real shell parses the description of a command into its original words. An input is a list of
// words, separated by NUL, which an argument cannot contain.
//
// With libFuzzer: -fsanitize=fuzzer. The seeds are in corpus/shell_quote/. Each run starts one `sh`
// and waits for its end.

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "policy/command_text.hpp"
#include "require.hpp"

namespace escher {
namespace {

std::vector<std::string> words_of(std::string_view input) {
  std::vector<std::string> words;
  while (!input.empty()) {
    words.emplace_back(input.substr(0, input.find('\0')));
    input.remove_prefix(std::min(input.size(), words.back().size() + 1));
  }
  return words;
}

// The output of `sh -c`. A word that escapes its quotes is harmless: PATH finds no program, and no
// file can be created here.
std::string output_of(const std::string& command) {
  FILE* pipe = popen(("cd /proc; PATH=; " + command).c_str(), "r");
  require(pipe != nullptr, "the shell starts");
  std::string output;
  char buffer[4096];
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(buffer, 1, sizeof buffer, pipe);
    output.append(buffer, size);
  }
  require(pclose(pipe) == 0, "the shell accepts the description");
  return output;
}

}  // namespace
}  // namespace escher

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace escher;
  const std::vector<std::string> words =
      words_of(std::string_view(reinterpret_cast<const char*>(data), size));
  if (words.empty()) return 0;

  ExecCommand print{"printf", {"%s\\0"}};
  std::string expected;
  for (const std::string& word : words) {
    print.args.push_back(word);
    expected += word + '\0';
  }
  require(output_of(describe(print)) == expected, "the shell parses the original words");
  return 0;
}
