// Puts "***" in the place of secrets, in whatever form they are written (stream/secret_forms) and
// wherever a stream is cut into chunks. Works on raw bytes, ahead of everything that keeps, writes
// or delivers them. Pure.
//
// A byte is redacted if it is part of a form, of one that overlaps others too; each run of such
// bytes becomes one "***". The output depends on the input only, not on the chunks, and holds no
// form: neither of the input nor one that a "***" would make together with what is beside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stream/secret_forms.hpp"

namespace escher {

class FormAutomaton;

// The secrets of an engine or of a request, compiled. Immutable; any thread; copies share it.
class Redactor {
 public:
  // All secrets that hold together: those of the engine and those of the request.
  explicit Redactor(const std::vector<std::string>& secrets);

  // For what is whole already: arguments, messages, paths. Before it is cut to a length.
  std::string redact(std::string_view text) const;

  std::size_t memory_bytes() const;

 private:
  friend class RedactingStream;
  std::shared_ptr<const FormAutomaton> automaton_;
};

// One stream on its way through a redactor. Owned by whoever reads the stream, on its strand.
//
// Passes everything on at once but for bytes which may yet turn out to be a part of a form: they
// wait for what decides it. They never wait for a time: whoever lets them go early gives away a
// secret that is written slowly.
class RedactingStream {
 public:
  explicit RedactingStream(const Redactor& redactor);

  // Gets the output in pieces, valid during the call only; most are parts of the chunk itself.
  using Sink = std::function<void(std::string_view)>;
  void feed(std::string_view chunk, const Sink& sink);

  // The stream has ended: what waits goes out. Ready for another stream then.
  void finish(const Sink& sink);

  // Bytes that wait: taken, and neither passed on nor redacted yet. Fewer than the longest form
  // has.
  std::size_t held() const { return held_.size(); }

 private:
  struct Turn;
  // Positions count from the first byte of `held_`.
  struct Run {
    std::size_t begin;
    std::size_t end;
  };

  void redact_before(std::size_t end, Turn& turn);
  void settle(Turn& turn);
  void pass_on(std::size_t end, Turn& turn);
  void put(std::string_view bytes, const Sink& sink);
  void hold_rest(const Turn& turn);

  std::shared_ptr<const FormAutomaton> automaton_;
  std::uint32_t state_ = 0;      // of the automaton, after the last byte taken
  std::uint32_t out_state_ = 0;  // the same for the last byte put out
  std::string held_;
  std::vector<Run> runs_;  // to be redacted, behind bytes that wait; apart from each other
  bool masked_ = false;    // what was put out last is a "***"
};

}  // namespace escher
