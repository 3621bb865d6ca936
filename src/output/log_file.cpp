#include "output/log_file.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "model/signals.hpp"
#include "output/json_text.hpp"
#include "output/utf8.hpp"
#include "policy/log_retention.hpp"

namespace escher {
namespace {

// With its prefixes, a chunk of short lines becomes much larger. It is written in parts of this
// size.
constexpr std::size_t kFlushAtBytes = 65'536;

constexpr EpochMillis kFirstTime = -62'167'219'200'000.0;  // 0000-01-01T00:00:00.000Z
constexpr EpochMillis kLastTime = 253'402'300'799'999.0;   // 9999-12-31T23:59:59.999Z

// A JSON string, so that the text of a command with line breaks is one line.
std::string quoted(std::string_view text) {
  std::string valid;
  append_valid_utf8(valid, text);
  std::string out = "\"";
  append_json(out, valid);
  return out += '"';
}

std::string signal_text(int signal) {
  const std::string_view name = signal_name(signal);
  return name.empty() ? std::to_string(signal) : std::string(name);
}

}  // namespace

void LogFile::open(const std::string& path) {
  if (auto made = make_private_directories(directory_of(path)); made.has_error()) {
    fail(made.error());
    return;
  }
  auto file = PrivateFile::replace(path);
  if (file.has_error()) {
    fail(file.error());
    return;
  }
  file_ = std::move(*file);
  path_ = path;
}

void LogFile::write_header(const LogHeader& header) {
  if (!is_open()) return;
  buffer_ += kLogMark;
  add_fact("command", quoted(header.command));
  if (!header.directory.empty()) add_fact("directory", quoted(header.directory));
  add_fact("started", format_rfc3339(header.started_at));
  flush();
}

void LogFile::add_footer(const ExecutionResult& result) {
  if (!is_open()) return;
  end_line();
  add_fact("status", to_string(result.status));
  if (result.exit.code) add_fact("exit code", std::to_string(*result.exit.code));
  if (result.exit.signal) add_fact("signal", signal_text(*result.exit.signal));
  char duration[32];
  std::snprintf(duration, sizeof duration, "%.3f ms", result.duration.count());
  add_fact("duration", duration);
}

void LogFile::add_fact(std::string_view name, std::string_view value) {
  buffer_.append("# ").append(name).append(": ").append(value).append("\n");
}

void LogFile::add(Stream stream, const Line& line, EpochMillis now) {
  if (!is_open()) return;
  bool& begun = begun_[index_of(stream)];
  // If a line of the other stream has interrupted this one, its empty rest would become another
  // line.
  const bool is_empty_rest = begun && open_line_ != stream && line.text.empty();
  if (!is_empty_rest) {
    begin_line(stream, now);
    append_valid_utf8(buffer_, line.text);
  }
  if (!line.partial && open_line_ == stream) end_line();
  begun = line.partial;
  if (buffer_.size() >= kFlushAtBytes) flush();
}

void LogFile::begin_line(Stream stream, EpochMillis now) {
  if (open_line_ == stream) return;
  end_line();
  if (now != stamp_time_) {
    stamp_time_ = now;
    stamp_ = format_rfc3339(now);
  }
  buffer_ += stamp_;
  buffer_ += ' ';
  buffer_ += to_string(stream);
  buffer_ += ' ';
  open_line_ = stream;
}

void LogFile::end_line() {
  if (!open_line_) return;
  buffer_ += '\n';
  open_line_.reset();
}

void LogFile::flush() {
  if (!is_open() || buffer_.empty()) return;
  if (auto written = file_.write(buffer_); written.has_error()) fail(written.error());
  buffer_.clear();
}

void LogFile::close() {
  end_line();
  flush();
  if (const auto removal = file_.removal()) {
    error_ = removal->message;
    path_.clear();
  }
  file_.close();
  buffer_ = {};
}

void LogFile::fail(const Error& error) {
  file_.close();
  error_ = error.message;
}

std::string format_rfc3339(EpochMillis time) {
  namespace chrono = std::chrono;
  const double within = std::isnan(time) ? 0 : std::clamp(time, kFirstTime, kLastTime);
  const chrono::sys_time<chrono::milliseconds> point{
      chrono::milliseconds(static_cast<long long>(std::floor(within)))};
  const auto day = chrono::floor<chrono::days>(point);
  const chrono::year_month_day date(day);
  const chrono::hh_mm_ss clock(point - day);
  char text[64];
  const int length = std::snprintf(
      text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace escher
