// Finds all forms of all secrets in one pass over a text. Used by the redactor, one for each set of
// secrets. Immutable; any thread. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "output/redaction/secret_forms.hpp"

namespace escher {

// The replacement of a secret.
inline constexpr std::string_view kMask = "***";

// Finds positions where a form can begin, by a hash of the next four bytes. The table has a byte
// for each hash, because a byte is tested faster than a bit. It has false positives, but no false
// negatives.
class BeginningFilter {
 public:
  explicit BeginningFilter(const std::vector<std::string>& forms) {
    constexpr unsigned kFewestBits = 12;
    constexpr unsigned kMostBits = 20;  // one megabyte; a larger table does not fit the caches
    constexpr std::size_t kEntriesPerForm = 8;
    unsigned bits = kFewestBits;
    while (bits < kMostBits && (std::size_t{1} << bits) < kEntriesPerForm * forms.size()) ++bits;
    shift_ = 32 - bits;
    table_.resize(std::size_t{1} << bits);
    for (const std::string& form : forms) table_[hash(form.data())] = 1;
  }

  // The first position from `at` on where a form can begin, or that of the last three bytes.
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

// An Aho-Corasick automaton. A state is a prefix of a form: the longest one that the text so far
// ends with. States are numbered by length, and the children of a state are consecutive, so that
// they need no links.
class FormAutomaton {
 public:
  using State = std::uint32_t;
  static constexpr State kRoot = 0;

  // `forms`: sorted, each once, none shorter than kShortestForm.
  explicit FormAutomaton(const std::vector<std::string>& forms);

  // The position, from `at` on, of the first byte that completes a form, or the end of `text`.
  // Updates `state` up to the byte before that position.
  std::size_t find(State& state, std::string_view text, std::size_t at) const;

  State step(State state, char byte) const;

  // The length of the prefix of `state`: this many bytes can begin a form.
  std::size_t length(State state) const { return nodes_[state].length; }
  // The length of the longest form that ends here; 0 = none.
  std::size_t completed(State state) const { return nodes_[state].completed; }

  // Whether a "***" can be a part of a form.
  bool has_mask_byte() const { return has_mask_byte_; }

  std::size_t memory_bytes() const {
    return sizeof *this + nodes_.capacity() * sizeof(Node) + labels_.capacity() +
           beginnings_.memory_bytes();
  }

 private:
  struct Node {
    State first_child;  // the children end at that of the next node
    State fallback;     // the longest proper suffix that is also a prefix of a form
    std::uint32_t length;
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

}  // namespace escher
