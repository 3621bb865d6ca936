#include "stream/redactor.hpp"

#include <algorithm>
#include <iterator>

#include "stream/form_automaton.hpp"

namespace escher {

// What belongs to one call of `feed`. Positions as in RedactingStream: the chunk follows `held_`.
struct RedactingStream::Turn {
  std::string_view chunk;
  const Sink& sink;
  std::size_t decided = 0;  // no form that is still to come begins before it
  std::size_t done = 0;     // put out or redacted up to here
};

RedactingStream::RedactingStream(const Redactor& redactor) : automaton_(redactor.automaton_) {}

void RedactingStream::feed(std::string_view chunk, const Sink& sink) {
  Turn turn{chunk, sink};
  const auto decide = [&](std::size_t end) {
    turn.decided = end - std::min(end, automaton_->begun(state_));
  };
  std::size_t at = 0;
  while ((at = automaton_->find(state_, chunk, at)) < chunk.size()) {
    state_ = automaton_->step(state_, chunk[at++]);
    const std::size_t end = held_.size() + at;
    decide(end);
    redact_before(end, turn);
  }
  decide(held_.size() + chunk.size());
  settle(turn);
  hold_rest(turn);
}

void RedactingStream::finish(const Sink& sink) {
  Turn turn{{}, sink, held_.size()};
  settle(turn);
  held_.clear();
  state_ = FormAutomaton::kRoot;
  out_state_ = FormAutomaton::kRoot;
  masked_ = false;
}

// The form that was just completed joins the runs that it overlaps or touches.
void RedactingStream::redact_before(std::size_t end, Turn& turn) {
  const std::size_t length = automaton_->completed(state_);
  Run run{std::max(end - std::min(end, length), turn.done), end};
  while (!runs_.empty() && runs_.back().end >= run.begin) {
    run.begin = std::min(run.begin, runs_.back().begin);
    runs_.pop_back();
  }
  runs_.push_back(run);
  // Before their number grows with the chunk.
  if (runs_.size() > 1) settle(turn);
}

// Puts out what is decided. A run goes as a whole as soon as nothing before it waits: whatever
// follows can only make it longer.
void RedactingStream::settle(Turn& turn) {
  auto run = runs_.begin();
  for (; run != runs_.end() && run->begin <= turn.decided; ++run) {
    pass_on(run->begin, turn);
    if (!masked_) put(kMask, turn.sink);
    masked_ = true;
    turn.done = run->end;
  }
  runs_.erase(runs_.begin(), run);
  pass_on(turn.decided, turn);
}

void RedactingStream::pass_on(std::size_t end, Turn& turn) {
  if (end <= turn.done) return;
  masked_ = false;
  if (turn.done < held_.size()) {
    put(std::string_view(held_).substr(turn.done, end - turn.done), turn.sink);
    turn.done = std::min(end, held_.size());
  }
  if (turn.done < end) {
    put(turn.chunk.substr(turn.done - held_.size(), end - turn.done), turn.sink);
    turn.done = end;
  }
}

// A form in the output would have to hold a '*' of a "***", as all others are gone. It is prevented
// by leaving out the byte that would complete it, often a '*'. So nothing that was put out has to
// be taken back, and what is behind it needs no second look.
void RedactingStream::put(std::string_view bytes, const Sink& sink) {
  std::size_t begin = 0;
  while (automaton_->has_mask_byte()) {
    const std::size_t end = automaton_->find(out_state_, bytes, begin);
    if (end == bytes.size()) break;
    if (begin < end) sink(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < bytes.size()) sink(bytes.substr(begin));
}

void RedactingStream::hold_rest(const Turn& turn) {
  if (turn.done < held_.size()) {
    held_.erase(0, turn.done);
    held_ += turn.chunk;
  } else {
    held_.assign(turn.chunk.substr(turn.done - held_.size()));
  }
  for (Run& run : runs_) run = {run.begin - turn.done, run.end - turn.done};
}

Redactor::Redactor(const std::vector<std::string>& secrets) {
  std::vector<std::string> forms;
  for (const std::string& secret : secrets) {
    std::vector<std::string> more = secret_forms(secret);
    std::move(more.begin(), more.end(), std::back_inserter(forms));
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  automaton_ = std::make_shared<const FormAutomaton>(forms);
}

std::string Redactor::redact(std::string_view text) const {
  std::string redacted;
  const auto append = [&redacted](std::string_view bytes) { redacted += bytes; };
  RedactingStream stream(*this);
  stream.feed(text, append);
  stream.finish(append);
  return redacted;
}

std::size_t Redactor::memory_bytes() const { return automaton_->memory_bytes(); }

}  // namespace escher
