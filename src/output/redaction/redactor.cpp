#include "output/redaction/redactor.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "output/redaction/form_automaton.hpp"

namespace escher {

// The state of one call of `feed`. Positions count from the start of `held_`; the chunk follows it.
struct RedactingStream::Pass {
  std::string_view chunk;
  const Sink& sink;
  std::size_t decided = 0;  // no later form begins before this position
  std::size_t done = 0;     // output or redacted up to here
};

RedactingStream::RedactingStream(const Redactor& redactor) : RedactingStream(redactor.forms_) {}

RedactingStream::RedactingStream(std::shared_ptr<const FormSet> forms) : forms_(std::move(forms)) {}

void RedactingStream::feed(std::string_view chunk, const Sink& sink) {
  if (chunk.empty()) return;
  Pass pass{chunk, sink};
  std::size_t at = after_return_ && finish_break(0, pass) ? 1 : 0;
  while (at < chunk.size()) {
    const std::size_t end = lines_.find(chunk, at);
    scan(at, end, pass);
    at = end < chunk.size() ? skip_break(end, pass) : end;
  }
  decide(held_.size() + chunk.size(), pass);
  settle(pass);
  hold_rest(pass);
}

// Bounded, because a stream can contain any number of sequences inside a held-back prefix. Above
// the limit they are dropped; only colours depend on them.
void RedactingStream::pass_through(std::string_view sequence, const Sink& sink) {
  constexpr std::size_t kMostBytes = 4096;
  if (held_.empty()) return sink(sequence);
  if (sequence_bytes_ + sequence.size() > kMostBytes) return;
  sequences_.push_back({held_.size(), std::string(sequence)});
  sequence_bytes_ += sequence.size();
}

void RedactingStream::finish(const Sink& sink) {
  Pass pass{{}, sink, held_.size()};
  settle(pass);
  *this = RedactingStream(forms_);
}

// Searches from `at` to `end` of the chunk, where no line break is skipped.
void RedactingStream::scan(std::size_t at, std::size_t end, Pass& pass) {
  for (; spans_break_ && at < end; ++at) {
    step(at, pass);
    step_across_breaks(at, pass);
  }
  const std::string_view text = pass.chunk.substr(0, end);
  while ((at = forms_->find(state_, text, at)) < end) step(at++, pass);
}

void RedactingStream::step(std::size_t at, Pass& pass) {
  state_ = forms_->step(state_, pass.chunk[at]);
  const std::size_t end = held_.size() + at + 1;
  const std::size_t length = forms_->completed(state_);
  if (length == 0) return;
  decide(end, pass);
  redact_before(end, length, pass);
}

void RedactingStream::step_across_breaks(std::size_t at, Pass& pass) {
  spanning_state_ = forms_->step(spanning_state_, pass.chunk[at]);
  const std::size_t end = held_.size() + at + 1;
  const std::size_t length = forms_->completed(spanning_state_);
  if (length > 0) {
    decide(end, pass);
    redact_before(end, with_breaks(length, end), pass);
  }
  const std::size_t prefix = forms_->length(spanning_state_);
  if (with_breaks(prefix, end) > prefix) return;
  // From here on `state_` finds the same forms.
  spans_break_ = false;
  breaks_.clear();
}

// Skips the "\n" or "\r\n" at `at` for wrapped base64; returns the position after it.
std::size_t RedactingStream::skip_break(std::size_t at, Pass& pass) {
  begin_break(at, pass);
  if (after_return_ && at + 1 < pass.chunk.size()) finish_break(at + 1, pass);
  return std::min(pass.chunk.find('\n', at), pass.chunk.size() - 1) + 1;
}

void RedactingStream::begin_break(std::size_t at, Pass& pass) {
  if (!spans_break_) {
    spanning_state_ = state_;
    spans_break_ = state_ != FormSet::kRoot;
  }
  if (spans_break_) {
    const std::uint64_t position = held_from_ + held_.size() + at;
    const std::size_t prefix = with_breaks(forms_->length(spanning_state_), held_.size() + at);
    std::erase_if(breaks_,
                  [&](const LineBreak& earlier) { return earlier.position + prefix < position; });
    breaks_.push_back({position, 1});
  }
  after_return_ = pass.chunk[at] == '\r';
  if (!after_return_) lines_.start_line();
  step(at, pass);
}

// The byte after a "\r": false if it is not its "\n".
bool RedactingStream::finish_break(std::size_t at, Pass& pass) {
  after_return_ = false;
  if (pass.chunk[at] != '\n') {
    lines_.continue_line();
    spans_break_ = false;
    breaks_.clear();
    return false;
  }
  if (spans_break_) ++breaks_.back().width;
  lines_.start_line();
  step(at, pass);
  return true;
}

void RedactingStream::decide(std::size_t end, Pass& pass) {
  std::size_t undecided = forms_->length(state_);
  if (spans_break_) {
    undecided = std::max(undecided, with_breaks(forms_->length(spanning_state_), end));
  }
  pass.decided = end - std::min(end, undecided);
}

// The length of the text before `end` that has `length` bytes without the skipped line breaks.
std::size_t RedactingStream::with_breaks(std::size_t length, std::size_t end) const {
  const std::uint64_t last = held_from_ + end;
  for (auto skipped = breaks_.rbegin(); skipped != breaks_.rend(); ++skipped) {
    const bool is_inside = last - length < skipped->position + skipped->width;
    if (!is_inside) break;
    length += skipped->width;
  }
  return length;
}

// Merges a completed form with the runs that it overlaps or touches.
void RedactingStream::redact_before(std::size_t end, std::size_t length, Pass& pass) {
  Run run{std::max(end - std::min(end, length), pass.done), end};
  while (!runs_.empty() && runs_.back().end >= run.begin) {
    run.begin = std::min(run.begin, runs_.back().begin);
    runs_.pop_back();
  }
  runs_.push_back(run);
  // Bounds the number of runs for a large chunk.
  if (runs_.size() > 1) settle(pass);
}

// Outputs the decided bytes. A run is replaced as soon as nothing before it is held back, because
// later bytes can only make it longer.
void RedactingStream::settle(Pass& pass) {
  auto run = runs_.begin();
  for (; run != runs_.end() && run->begin <= pass.decided; ++run) {
    emit_plain(run->begin, pass);
    if (!masked_) emit(kMask, pass.sink);
    masked_ = true;
    pass.done = run->end;
  }
  runs_.erase(runs_.begin(), run);
  emit_plain(pass.decided, pass);
}

// Outputs the text up to `end`, with its sequences.
void RedactingStream::emit_plain(std::size_t end, Pass& pass) {
  const std::size_t last = std::max(end, pass.done);
  while (!sequences_.empty() && sequences_.front().position <= last) {
    emit_text(sequences_.front().position, pass);
    pass.sink(sequences_.front().bytes);
    sequence_bytes_ -= sequences_.front().bytes.size();
    sequences_.pop_front();
  }
  emit_text(end, pass);
}

void RedactingStream::emit_text(std::size_t end, Pass& pass) {
  if (end <= pass.done) return;
  masked_ = false;
  if (pass.done < held_.size()) {
    emit(std::string_view(held_).substr(pass.done, end - pass.done), pass.sink);
    pass.done = std::min(end, held_.size());
  }
  if (pass.done < end) {
    emit(pass.chunk.substr(pass.done - held_.size(), end - pass.done), pass.sink);
    pass.done = end;
  }
}

// All forms of the input are redacted, so a form in the output can only exist with a '*' of a
// "***". The byte that would complete it, often a '*', is dropped. Thus output never needs to be
// revoked, and the following bytes need no second pass.
void RedactingStream::emit(std::string_view bytes, const Sink& sink) {
  std::size_t begin = 0;
  while (forms_->has_mask_byte()) {
    const std::size_t end = forms_->find(out_state_, bytes, begin);
    if (end == bytes.size()) break;
    if (begin < end) sink(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < bytes.size()) sink(bytes.substr(begin));
}

void RedactingStream::hold_rest(const Pass& pass) {
  if (pass.done < held_.size()) {
    held_.erase(0, pass.done);
    held_ += pass.chunk;
  } else {
    held_.assign(pass.chunk.substr(pass.done - held_.size()));
  }
  held_from_ += pass.done;
  for (Run& run : runs_) run = {run.begin - pass.done, run.end - pass.done};
  for (Sequence& sequence : sequences_) sequence.position -= pass.done;
}

Redactor::Redactor(const std::vector<std::string>& secrets) {
  std::vector<std::string> forms;
  for (const std::string& secret : secrets) {
    std::vector<std::string> more = secret_forms(secret);
    std::move(more.begin(), more.end(), std::back_inserter(forms));
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  forms_ = std::make_shared<const FormSet>(std::make_shared<const FormAutomaton>(forms));
}

Redactor Redactor::with(const Redactor& other) const {
  return Redactor(std::make_shared<const FormSet>(*forms_, *other.forms_));
}

std::string Redactor::redact(std::string_view text) const {
  std::string redacted;
  const auto append = [&redacted](std::string_view bytes) { redacted += bytes; };
  RedactingStream stream(*this);
  stream.feed(text, append);
  stream.finish(append);
  return redacted;
}

std::size_t Redactor::memory_bytes() const { return forms_->memory_bytes(); }

}  // namespace escher
