#include "output/recording.hpp"

#include <cstdint>
#include <cstdio>

#include "output/json_text.hpp"
#include "output/utf8.hpp"

namespace escher {

void Recording::open(const std::string& path, const TerminalOptions& terminal, bool of_terminal) {
  if (auto made = make_private_directories(directory_of(path)); made.has_error()) {
    return fail(made.error());
  }
  auto file = PrivateFile::replace(path);
  if (file.has_error()) return fail(file.error());
  file_ = std::move(*file);
  path_ = path;
  of_terminal_ = of_terminal;
  started_ = SteadyClock::now();
  buffer_ = "{\"version\":2,\"width\":" + std::to_string(terminal.cols) +
            ",\"height\":" + std::to_string(terminal.rows) +
            ",\"timestamp\":" + std::to_string(static_cast<std::int64_t>(wall_now() / 1000)) +
            ",\"env\":{\"TERM\":\"";
  std::string term;
  append_valid_utf8(term, terminal.term);
  append_json(buffer_, term);
  buffer_ += "\"}}\n";
  write();
}

void Recording::add(Stream stream, std::string_view chunk) {
  if (!is_open() || chunk.empty()) return;
  std::string& held_back = held_back_[index_of(stream)];
  std::string joined;
  if (!held_back.empty()) {
    joined = std::move(held_back);
    joined += chunk;
    chunk = joined;
  }
  const std::size_t tail = incomplete_tail(chunk);
  held_back.assign(chunk.substr(chunk.size() - tail));
  chunk.remove_suffix(tail);
  if (chunk.empty()) return;
  begin_event('o');
  append_output(chunk);
  end_event();
}

void Recording::resize(const TerminalSize& size) {
  if (!is_open()) return;
  begin_event('r');
  buffer_ += std::to_string(size.cols) + "x" + std::to_string(size.rows);
  end_event();
}

void Recording::close() {
  for (std::string& rest : held_back_) {
    if (!is_open() || rest.empty()) continue;
    begin_event('o');
    append_output(rest);
    end_event();
    rest.clear();
  }
  if (const auto removal = file_.removal()) {
    error_ = removal->message;
    path_.clear();
  }
  file_.close();
  buffer_ = {};
}

void Recording::begin_event(char kind) {
  char start[48];
  std::snprintf(start, sizeof start, "[%.6f,\"%c\",\"",
                to_millis(SteadyClock::now() - started_).count() / 1000, kind);
  buffer_ += start;
}

void Recording::append_output(std::string_view text) {
  std::string valid;
  append_valid_utf8(valid, text);
  if (of_terminal_) return append_json(buffer_, valid);
  for (std::string_view rest = valid; !rest.empty();) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    append_json(buffer_, line);
    if (!line.empty()) last_byte_ = line.back();
    if (end == std::string_view::npos) return;
    buffer_ += last_byte_ == '\r' ? "\\n" : "\\r\\n";
    last_byte_ = '\n';
    rest.remove_prefix(end + 1);
  }
}

void Recording::end_event() {
  buffer_ += "\"]\n";
  write();
}

void Recording::write() {
  if (auto written = file_.write(buffer_); written.has_error()) fail(written.error());
  buffer_.clear();
}

void Recording::fail(const Error& error) {
  file_.close();
  error_ = error.message;
}

}  // namespace escher
