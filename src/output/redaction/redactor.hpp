// Replaces secrets by "***", in every form in which they can be written (see secret_forms.hpp) and
// across chunk boundaries. Works on raw bytes, before output is kept, written or delivered. Pure.
//
// Base64 that is wrapped into lines of 64 or 76 digits is searched without its line breaks, so that
// a form is found at any column.
//
// Every byte that is part of a form is redacted, also where forms overlap; each run of such bytes
// becomes one "***". The output depends on the input only, not on the chunks. It contains no form,
// not even one that a "***" forms with its neighbours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "output/redaction/base64_lines.hpp"
#include "output/redaction/form_set.hpp"
#include "output/redaction/secret_forms.hpp"

namespace escher {

// A compiled set of secrets. Immutable; any thread; copies share what was compiled.
class Redactor {
 public:
  // Compiles the secrets: it takes as long as they are many.
  explicit Redactor(const std::vector<std::string>& secrets);

  // For the secrets of both. Compiles nothing; see FormSet for how many may be joined.
  Redactor with(const Redactor& other) const;

  // For complete text: arguments, messages, paths. Must run before the text is truncated.
  std::string redact(std::string_view text) const;

  std::size_t memory_bytes() const;
  // Whether both use the same compiled set.
  bool shares_with(const Redactor& other) const { return forms_->shares_with(*other.forms_); }

 private:
  friend class RedactingStream;
  explicit Redactor(std::shared_ptr<const FormSet> forms) : forms_(std::move(forms)) {}

  std::shared_ptr<const FormSet> forms_;
};

// Redacts one stream. Owned by an output cleaner, used on the strand of its execution.
//
// Bytes that can be part of a form are held back until later bytes decide it; all others are output
// at once. There is no time limit, which would reveal a secret that is written slowly.
class RedactingStream {
 public:
  explicit RedactingStream(const Redactor& redactor);

  // Receives the output in pieces, valid during the call only; most are parts of the chunk.
  using Sink = std::function<void(std::string_view)>;
  void feed(std::string_view chunk, const Sink& sink);

  // Outputs an escape sequence at this position of the text. It can be inside a secret: the search
  // ignores it. Inside a redacted run it follows the "***".
  void pass_through(std::string_view sequence, const Sink& sink);

  // The end of the stream: outputs the held-back bytes. The object can then redact another stream.
  void finish(const Sink& sink);

  // The number of held-back bytes: fewer than the longest form has, apart from line breaks in it.
  std::size_t held() const { return held_.size(); }
  // Whether what follows does not depend on what came before.
  bool is_idle() const {
    return held_.empty() && state_ == FormSet::kRoot && out_state_ == FormSet::kRoot &&
           !spans_break_ && !after_return_;
  }

 private:
  explicit RedactingStream(std::shared_ptr<const FormSet> forms);

  struct Pass;
  // Positions count from the first byte of `held_`.
  struct Run {
    std::size_t begin;
    std::size_t end;
  };

  // A line break, from the start of the stream, that the search for wrapped base64 skips.
  struct LineBreak {
    std::uint64_t position;
    std::size_t width;
  };
  // An escape sequence at a held-back position.
  struct Sequence {
    std::size_t position;
    std::string bytes;
  };

  void scan(std::size_t at, std::size_t end, Pass& pass);
  void step_across_breaks(std::size_t at, Pass& pass);
  std::size_t skip_break(std::size_t at, Pass& pass);
  void begin_break(std::size_t at, Pass& pass);
  bool finish_break(std::size_t at, Pass& pass);
  void step(std::size_t at, Pass& pass);
  void decide(std::size_t end, Pass& pass);
  std::size_t with_breaks(std::size_t length, std::size_t end) const;

  void redact_before(std::size_t end, std::size_t length, Pass& pass);
  void settle(Pass& pass);
  void emit_plain(std::size_t end, Pass& pass);
  void emit_text(std::size_t end, Pass& pass);
  void emit(std::string_view bytes, const Sink& sink);
  void hold_rest(const Pass& pass);

  std::shared_ptr<const FormSet> forms_;
  FormSet::State state_{};      // of the search, after the input so far
  FormSet::State out_state_{};  // likewise, after the output so far
  std::string held_;
  std::uint64_t held_from_ = 0;  // its position in the stream
  std::vector<Run> runs_;        // to redact after held-back bytes; they do not touch
  bool masked_ = false;          // the output so far ends with a "***"

  std::deque<Sequence> sequences_;
  std::size_t sequence_bytes_ = 0;

  Base64Lines lines_;
  // The state of the search in the text without `breaks_`, while a form can span one of them.
  bool spans_break_ = false;
  FormSet::State spanning_state_{};
  std::vector<LineBreak> breaks_;
  bool after_return_ = false;  // the last break ends with a "\r" so far
};

}  // namespace escher
