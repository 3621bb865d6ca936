// The log of one execution: a header, one line `<RFC 3339 time> <stream> <text>` for each line of
// output, and a footer. Lines of header and footer begin with '#'. Owned by an output pipeline. An
// error ends the log, not the execution.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/result.hpp"
#include "model/status.hpp"
#include "model/time.hpp"
#include "output/line_splitter.hpp"
#include "output/private_file.hpp"

namespace escher {

// Redacted.
struct LogHeader {
  std::string command;
  std::string directory;  // empty = not known
  EpochMillis started_at = 0;
};

class LogFile {
 public:
  // Creates the directory of `path` if it is missing. On failure the log stays closed, and
  // `error()` returns the reason.
  void open(const std::string& path);

  // Written at once: the cleanup of logs knows them by their header.
  void write_header(const LogHeader& header);

  // Joins the pieces of a line again. A line of the other stream between them ends it.
  void add(Stream stream, const Line& line, EpochMillis now);
  // Writes the added lines.
  void flush();
  // After the last line: how the execution has ended.
  void add_footer(const ExecutionResult& result);
  // Ends an unfinished line, writes and closes.
  void close();

  bool is_open() const { return file_.is_open(); }
  // Of the file that is or was open; empty if the file could not be opened.
  const std::string& path() const { return path_; }
  const std::string& error() const { return error_; }

 private:
  void begin_line(Stream stream, EpochMillis now);
  void end_line();
  void add_fact(std::string_view name, std::string_view value);
  void fail(const Error& error);

  PrivateFile file_;
  std::string path_;
  std::string error_;
  std::string buffer_;
  // The stream whose line is unfinished in the file.
  std::optional<Stream> open_line_;
  // A piece of the current line of the stream was added, even if the other stream interrupted it.
  bool begun_[kStreamCount] = {};
  // Many lines have the same time, so its text is cached.
  EpochMillis stamp_time_ = -1;
  std::string stamp_;
};

// `2026-11-21T09:30:00.123Z`. The time is clamped to the years 0 to 9999.
std::string format_rfc3339(EpochMillis time);

}  // namespace escher
