#include "process/posix/text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "process/posix/unique_fd.hpp"

namespace escher::posix {
namespace {

std::vector<std::string_view> parts_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; (at = text.find_first_not_of(separators, at)) != text.npos;) {
    const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end;
  }
  return parts;
}

}  // namespace

std::string contents_of(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? contents_of(file.get()) : std::string();
}

std::string contents_of(int fd) {
  std::string contents;
  char chunk[4096];
  for (;;) {
    const ssize_t length = ::read(fd, chunk, sizeof chunk);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) return contents;
    contents.append(chunk, static_cast<std::size_t>(length));
  }
}

std::vector<std::string_view> lines_of(std::string_view text) { return parts_of(text, "\n"); }
std::vector<std::string_view> words_of(std::string_view line) { return parts_of(line, " \t\n"); }

}  // namespace escher::posix
