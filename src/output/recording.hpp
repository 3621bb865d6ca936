// The recording of one execution: an asciicast v2 file, which terminal players read. A header, then
// a line of JSON for each chunk of output and each size of the terminal. Input is never recorded.
// Owned by an output pipeline. An error ends the recording, not the execution.
#pragma once

#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/status.hpp"
#include "model/terminal.hpp"
#include "model/time.hpp"
#include "output/private_file.hpp"

namespace escher {

class Recording {
 public:
  // Creates the directory of `path` if it is missing. On failure the recording stays closed, and
  // `error()` returns the reason. Without a terminal, lines get the "\r" that one would add.
  void open(const std::string& path, const TerminalOptions& terminal, bool of_terminal);

  void add(Stream stream, std::string_view chunk);
  void resize(const TerminalSize& size);
  // Writes incomplete code points and closes.
  void close();

  bool is_open() const { return file_.is_open(); }
  // Of the file that is or was open; empty if the file could not be opened.
  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }

 private:
  void begin_event(char kind);
  void append_output(std::string_view text);
  void end_event();
  void write();
  void fail(const Error& error);

  PrivateFile file_;
  std::string path_;
  std::string error_;
  std::string buffer_;
  SteadyTime started_;
  bool of_terminal_ = false;
  // The start of a code point whose rest is in the next chunk.
  std::string held_back_[kStreamCount];
  char last_byte_ = 0;
};

}  // namespace escher
