#include "output/redaction/form_set.hpp"

#include <algorithm>
#include <cassert>

namespace escher {

FormSet::FormSet(const FormSet& one, const FormSet& other)
    : parts_(one.parts_), count_(one.count_ + other.count_) {
  assert(count_ <= kMostParts);
  std::copy_n(other.parts_.begin(), other.count_,
              parts_.begin() + static_cast<std::ptrdiff_t>(one.count_));
}

FormSet::State FormSet::step(State state, char byte) const {
  for (std::size_t i = 0; i < count_; ++i) state[i] = parts_[i]->step(state[i], byte);
  return state;
}

std::size_t FormSet::length(const State& state) const {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    longest = std::max(longest, parts_[i]->length(state[i]));
  }
  return longest;
}

std::size_t FormSet::completed(const State& state) const {
  std::size_t longest = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    longest = std::max(longest, parts_[i]->completed(state[i]));
  }
  return longest;
}

bool FormSet::has_mask_byte() const {
  return std::any_of(parts_.begin(), parts_.begin() + static_cast<std::ptrdiff_t>(count_),
                     [](const Part& part) { return part->has_mask_byte(); });
}

std::size_t FormSet::memory_bytes() const {
  std::size_t bytes = sizeof *this;
  for (std::size_t i = 0; i < count_; ++i) bytes += parts_[i]->memory_bytes();
  return bytes;
}

// In windows, so that no part searches far beyond a byte at which another one stops. They grow, so
// that text without a form is searched in few of them.
std::size_t FormSet::find_in_parts(State& state, std::string_view text, std::size_t at) const {
  constexpr std::size_t kFirstWindow = 64;
  for (std::size_t width = kFirstWindow; at < text.size(); width *= 2) {
    const std::string_view window = text.substr(0, at + std::min(width, text.size() - at));
    at = find_in_window(state, window, at);
    if (at < window.size()) break;
  }
  return at;
}

std::size_t FormSet::find_in_window(State& state, std::string_view window, std::size_t at) const {
  const State before = state;
  std::size_t end = window.size();
  for (std::size_t i = 0; i < count_; ++i) {
    end = parts_[i]->find(state[i], window.substr(0, end), at);
  }
  if (end == window.size()) return end;
  // Some parts have passed the position of the last stop.
  state = before;
  for (std::size_t i = 0; i < count_; ++i) {
    parts_[i]->find(state[i], window.substr(0, end), at);
  }
  return end;
}

}  // namespace escher
