#include "output/redaction/form_automaton.hpp"

#include <algorithm>

namespace escher {
namespace {

// Every byte after the common prefix with the previous form, in sorted order, needs a state.
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

FormAutomaton::FormAutomaton(const std::vector<std::string>& forms)
    : beginnings_(forms),
      has_mask_byte_(std::any_of(forms.begin(), forms.end(), [](const std::string& form) {
        return form.find(kMask.front()) != std::string::npos;
      })) {
  grow(forms);
  link();
}

// Level by level. Forms with a common prefix are adjacent, so a state is a range of forms.
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
      node.length = length;
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

// By length, because the fallback of a state depends on the fallbacks of shorter states.
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

}  // namespace escher
