// Several compiled sets of forms, searched side by side as if they were one set: a set that many
// executions use is compiled once, whatever other secrets each of them has. Used by the redactor.
// Immutable; any thread. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "output/redaction/form_automaton.hpp"

namespace escher {

class FormSet {
 public:
  using Part = std::shared_ptr<const FormAutomaton>;
  // Each part is one more pass over the text.
  static constexpr std::size_t kMostParts = 3;
  // Of each part. The longest prefix of a form that the text ends with is that of one of them.
  using State = std::array<FormAutomaton::State, kMostParts>;
  static constexpr State kRoot{};

  explicit FormSet(Part part) : parts_{std::move(part)}, count_(1) {}
  // The parts of both.
  FormSet(const FormSet& one, const FormSet& other);

  // As of FormAutomaton.
  std::size_t find(State& state, std::string_view text, std::size_t at) const {
    return count_ == 1 ? parts_[0]->find(state[0], text, at) : find_in_parts(state, text, at);
  }
  State step(State state, char byte) const;
  std::size_t length(const State& state) const;
  std::size_t completed(const State& state) const;
  bool has_mask_byte() const;

  std::size_t memory_bytes() const;
  // Whether the first part is that of `other`.
  bool shares_with(const FormSet& other) const { return parts_[0] == other.parts_[0]; }

 private:
  std::size_t find_in_parts(State& state, std::string_view text, std::size_t at) const;
  std::size_t find_in_window(State& state, std::string_view window, std::size_t at) const;

  std::array<Part, kMostParts> parts_;
  std::size_t count_;
};

}  // namespace escher
