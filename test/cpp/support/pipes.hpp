// A pipe of which the test holds one end.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "process/posix/unique_fd.hpp"

namespace escher::test {

struct PipeEnds {
  PipeEnds() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
      throw std::system_error(errno, std::system_category());
    }
    read.reset(ends[0]);
    write.reset(ends[1]);
  }

  void put(std::string_view bytes) const {
    ASSERT_EQ(::write(write.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  // The bytes that are in the pipe.
  std::string take() const {
    std::string text(1 << 20, '\0');
    const ssize_t count = ::read(read.get(), text.data(), text.size());
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  // Every writer has closed it, and it is empty.
  bool at_end() const {
    char byte;
    return ::read(read.get(), &byte, 1) == 0;
  }

  UniqueFd read;
  UniqueFd write;
};

}  // namespace escher::test
