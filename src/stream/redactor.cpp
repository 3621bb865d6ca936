#include "stream/redactor.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace escher {
namespace {

constexpr std::string_view kMask = "***";

// Where a form may begin, told by the first four bytes: a table of hashes, a byte for each, as a
// byte is tested faster than a bit. Says "maybe" too often, never too seldom.
class BeginningFilter {
 public:
  explicit BeginningFilter(const std::vector<std::string>& forms) {
    constexpr unsigned kFewestBits = 12;
    constexpr unsigned kMostBits = 20;  // a megabyte: more would not stay in the caches
    constexpr std::size_t kEntriesPerForm = 8;
    unsigned bits = kFewestBits;
    while (bits < kMostBits && (std::size_t{1} << bits) < kEntriesPerForm * forms.size()) ++bits;
    shift_ = 32 - bits;
    table_.resize(std::size_t{1} << bits);
    for (const std::string& form : forms) table_[hash(form.data())] = 1;
  }

  // The first position from `at` on where a form may begin, or the last three bytes.
  std::size_t skip(std::string_view text, std::size_t at) const {
    constexpr std::size_t kStep = 4;
    const char* bytes = text.data();
    while (text.size() - at >= kShortestForm + kStep - 1) {
      const std::uint8_t maybe =
          test(bytes + at) | test(bytes + at + 1) | test(bytes + at + 2) | test(bytes + at + 3);
      if (maybe != 0) break;
      at += kStep;
    }
    while (text.size() - at >= kShortestForm && test(bytes + at) == 0) ++at;
    return at;
  }

  std::size_t memory_bytes() const { return table_.capacity(); }

 private:
  std::size_t hash(const char* at) const {
    static_assert(kShortestForm == sizeof(std::uint32_t));
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return (word * 0x9E37'79B1U) >> shift_;
  }
  std::uint8_t test(const char* at) const { return table_[hash(at)]; }

  unsigned shift_ = 0;
  std::vector<std::uint8_t> table_;
};

// A state for every byte of a form that the form before it, which begins most alike, has not.
std::size_t count_states(const std::vector<std::string>& forms) {
  std::size_t count = 1;
  std::string_view before;
  for (const std::string_view form : forms) {
    const auto [end, _] = std::mismatch(form.begin(), form.end(), before.begin(), before.end());
    count += static_cast<std::size_t>(form.end() - end);
    before = form;
  }
  return count;
}

}  // namespace

// Aho and Corasick's automaton. A state is a beginning of a form: the longest that the text ends
// with. States are numbered by length, and the children of one follow each other, so that they need
// no links of their own.
class FormAutomaton {
 public:
  using State = std::uint32_t;
  static constexpr State kRoot = 0;

  // `forms`: sorted, each once, none shorter than kShortestForm.
  explicit FormAutomaton(const std::vector<std::string>& forms);

  // The position, from `at` on, of the first byte that completes a form, or the end of `text`.
  // `state` goes along, up to the byte before it.
  std::size_t find(State& state, std::string_view text, std::size_t at) const;

  State step(State state, char byte) const;

  // The length of what `state` stands for: so many bytes may be the beginning of a form.
  std::size_t begun(State state) const { return nodes_[state].begun; }
  // The length of the longest form that ends here; 0: none does.
  std::size_t completed(State state) const { return nodes_[state].completed; }

  // A "***" may be a part of a form.
  bool has_mask_byte() const { return has_mask_byte_; }

  std::size_t memory_bytes() const {
    return sizeof *this + nodes_.capacity() * sizeof(Node) + labels_.capacity() +
           beginnings_.memory_bytes();
  }

 private:
  struct Node {
    State first_child;  // that of the next node ends the children
    State fallback;     // the longest beginning that this one ends with
    std::uint32_t begun;
    std::uint32_t completed;
  };

  void grow(const std::vector<std::string>& forms);
  void link();

  std::vector<Node> nodes_;
  std::string labels_;  // the last byte of each state
  std::array<State, 256> first_bytes_{};
  BeginningFilter beginnings_;
  bool has_mask_byte_;
};

FormAutomaton::FormAutomaton(const std::vector<std::string>& forms)
    : beginnings_(forms),
      has_mask_byte_(std::any_of(forms.begin(), forms.end(), [](const std::string& form) {
        return form.find(kMask.front()) != std::string::npos;
      })) {
  grow(forms);
  link();
}

// Level by level. The forms that begin alike lie side by side, so a state needs a range of them.
void FormAutomaton::grow(const std::vector<std::string>& forms) {
  struct Range {
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Range> level{{0, forms.size()}};
  std::vector<Range> next_level;
  const std::size_t states = count_states(forms);
  nodes_.reserve(states + 1);
  labels_.reserve(states);
  nodes_.push_back({});
  labels_.push_back('\0');
  State state = kRoot;
  for (std::uint32_t length = 0; !level.empty(); ++length) {
    next_level.clear();
    for (auto [begin, end] : level) {
      Node& node = nodes_[state++];
      node.first_child = static_cast<State>(nodes_.size());
      node.begun = length;
      if (begin < end && forms[begin].size() == length) {
        node.completed = length;
        ++begin;
      }
      while (begin < end) {
        const char byte = forms[begin][length];
        const std::size_t same = begin;
        while (begin < end && forms[begin][length] == byte) ++begin;
        next_level.push_back({same, begin});
        labels_.push_back(byte);
      }
      nodes_.resize(labels_.size());
    }
    level.swap(next_level);
  }
  nodes_.push_back({static_cast<State>(nodes_.size()), kRoot, 0, 0});
}

// By length: the fallbacks of shorter states are known when those of longer ones need them.
void FormAutomaton::link() {
  const auto for_children_of = [this](State parent, auto visit) {
    for (State at = nodes_[parent].first_child; at < nodes_[parent + 1].first_child; ++at) {
      visit(at);
    }
  };
  for_children_of(kRoot,
                  [this](State at) { first_bytes_[static_cast<unsigned char>(labels_[at])] = at; });
  for (State parent = kRoot + 1; parent < labels_.size(); ++parent) {
    for_children_of(parent, [&](State at) {
      Node& node = nodes_[at];
      node.fallback = step(nodes_[parent].fallback, labels_[at]);
      if (node.completed == 0) node.completed = nodes_[node.fallback].completed;
    });
  }
}

FormAutomaton::State FormAutomaton::step(State state, char byte) const {
  while (state != kRoot) {
    const State first = nodes_[state].first_child;
    const std::string_view children =
        std::string_view(labels_).substr(first, nodes_[state + 1].first_child - first);
    const std::size_t child = children.find(byte);
    if (child != std::string_view::npos) return first + static_cast<State>(child);
    state = nodes_[state].fallback;
  }
  return first_bytes_[static_cast<unsigned char>(byte)];
}

std::size_t FormAutomaton::find(State& state, std::string_view text, std::size_t at) const {
  while (at < text.size()) {
    if (state == kRoot) at = beginnings_.skip(text, at);
    const State next = step(state, text[at]);
    if (completed(next) > 0) break;
    state = next;
    ++at;
  }
  return at;
}

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
