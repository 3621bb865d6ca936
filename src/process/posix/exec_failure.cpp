#include "process/posix/exec_failure.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <string_view>

#include "process/host_directory.hpp"
#include "process/posix/unique_fd.hpp"

namespace escher::posix {
namespace {

// As much of a `#!` line as the kernel reads.
constexpr std::size_t kLongestLine = 256;

UniqueFd open_executable(const std::string& executable, const LaunchOptions& options) {
  const int from = options.host_directory ? options.host_directory->descriptor() : AT_FDCWD;
  const bool is_absolute = executable.starts_with('/');
  const std::string path =
      is_absolute || !options.working_dir ? executable : *options.working_dir + '/' + executable;
  return UniqueFd(::openat(from, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

// The interpreter in a `#!` line; empty if the text does not begin with one.
std::string_view interpreter_of(std::string_view text) {
  if (!text.starts_with("#!")) return {};
  text = text.substr(2, text.find('\n') - 2);
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  text.remove_prefix(first);
  return text.substr(0, text.find_first_of(std::string_view(" \t\0", 3)));
}

}  // namespace

std::string why_not_executed(int os_error, const std::string& executable,
                             const LaunchOptions& options) {
  if (os_error != ENOENT && os_error != EACCES) return {};
  const UniqueFd file = open_executable(executable, options);
  if (!file) return {};
  char head[kLongestLine];
  const ssize_t size = ::read(file.get(), head, sizeof head);
  if (size <= 0) return {};
  std::string interpreter(interpreter_of({head, static_cast<std::size_t>(size)}));
  if (os_error == EACCES) {
    // Else it is the file itself that may not be executed.
    const bool is_refused = !interpreter.empty() && ::access(interpreter.c_str(), F_OK) == 0 &&
                            ::access(interpreter.c_str(), X_OK) != 0;
    return is_refused ? "the interpreter '" + interpreter + "' of its #! line is not executable"
                      : std::string();
  }
  if (interpreter.empty()) return "the file exists, but not the dynamic loader that it needs";
  if (interpreter.ends_with('\r')) {
    interpreter.pop_back();
    return "its #! line ends with \\r\\n, and there is no interpreter '" + interpreter +
           "\\r'; convert the file to \\n line ends";
  }
  return "the interpreter '" + interpreter + "' of its #! line does not exist";
}

}  // namespace escher::posix
