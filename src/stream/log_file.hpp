// The log of one execution: a line per line of output, as `<RFC 3339 time> <stream> <text>`.
// Owned by an output pipeline. A failure ends the log, never the execution.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/status.hpp"
#include "model/time.hpp"
#include "stream/line_splitter.hpp"
#include "stream/private_file.hpp"

namespace escher {

class LogFile {
 public:
  // Makes the directory of `path` where it is missing. On failure the log stays closed and
  // `error()` says why.
  void open(const std::string& path);

  // Pieces of one line are put together again; a line of the other stream in between ends it.
  void add(Stream stream, const Line& line, EpochMillis now);
  // Writes what was added since.
  void flush();
  // Ends a line that is begun, writes and closes.
  void close();

  bool is_open() const { return file_.is_open(); }
  // Of the file that is or was open; empty if none could be opened.
  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }

 private:
  void begin_line(Stream stream, EpochMillis now);
  void end_line();
  void fail(const Error& error);

  PrivateFile file_;
  std::string path_;
  std::string error_;
  std::string buffer_;
  // The stream whose line is begun and not ended.
  std::optional<Stream> open_line_;
  // A piece of the stream's current line was logged, whether or not it was ended since.
  bool begun_[kStreamCount] = {};
  // Many lines bear the same time; it is put into words once.
  EpochMillis stamp_time_ = -1;
  std::string stamp_;
};

// `2026-11-21T09:30:00.123Z`; times outside of the years 0 to 9999 are taken as their nearest end.
std::string format_rfc3339(EpochMillis time);

}  // namespace escher
