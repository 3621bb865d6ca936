// Whatever the words of a command are, a real shell reads back from its description what they were.
// An input is words, each up to a NUL: no argument can hold one.
//
// With libFuzzer: -fsanitize=fuzzer. The inputs in corpus/shell_quote/ are the seeds. Each run is
// one `sh`, which has ended before the next begins.

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "policy/validation.hpp"
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

// What `sh -c` writes. A word that got out of its quotes shall do no harm: no program is found by
// its name, and no file can be made here.
std::string output_of(const std::string& command) {
  FILE* pipe = popen(("cd /proc; PATH=; " + command).c_str(), "r");
  require(pipe != nullptr, "a shell starts");
  std::string output;
  char buffer[4096];
  for (std::size_t size = 1; size > 0;) {
    size = std::fread(buffer, 1, sizeof buffer, pipe);
    output.append(buffer, size);
  }
  require(pclose(pipe) == 0, "the shell understands the description");
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
  require(output_of(describe(print)) == expected, "a shell reads the words back");
  return 0;
}
