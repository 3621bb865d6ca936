#include "output/display/vt_parser.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace escher {
namespace {

// All code points from U+00A0 are characters and share one table column.
constexpr std::size_t kFirstCharacter = 0xA0;

constexpr std::size_t kCancel = 0x18;
constexpr std::size_t kSubstitute = 0x1A;
constexpr std::size_t kEscape = 0x1B;
constexpr std::size_t kDelete = 0x7F;
constexpr VtStep kToText{VtState::ground, VtAction::text};
constexpr VtStep kToGround{VtState::ground, VtAction::none};
constexpr VtStep kToString{VtState::string, VtAction::none};
constexpr VtStep kToControlSequence{VtState::csi_parameters, VtAction::clear};

constexpr bool is_in(std::size_t code, std::size_t first, std::size_t last) {
  return code >= first && code <= last;
}

// For the code after ESC. A C1 control is equivalent to ESC and a code 0x40 lower.
constexpr VtStep introduced_by(std::size_t code) {
  if (code == '[') return kToControlSequence;
  // DCS, SOS, OSC, PM, APC; and k: the titles of screen and tmux.
  constexpr std::string_view kStrings = "PX]^_k";
  if (kStrings.find(static_cast<char>(code)) != std::string_view::npos) return kToString;
  return kToGround;
}

// Codes with the same meaning in every state.
constexpr bool is_anywhere(std::size_t code) {
  return code == '\n' || code == '\r' || code == kCancel || code == kSubstitute ||
         code == kEscape || is_in(code, 0x80, kFirstCharacter - 1);
}

constexpr VtStep anywhere(std::size_t code) {
  if (code == '\n' || code == '\r') return kToText;
  if (code == kEscape) return {VtState::escape, VtAction::none};
  if (code >= 0x80) return introduced_by(code - 0x40);
  return kToGround;
}

constexpr VtStep step_in_ground(std::size_t code) {
  const bool shown = code == '\t' || is_in(code, 0x20, kDelete - 1) || code == kFirstCharacter;
  return shown ? kToText : kToGround;
}

constexpr VtStep step_in_escape(VtState state, std::size_t code) {
  if (code < 0x20 || code == kDelete) return {state, VtAction::none};
  if (code < 0x30) return {VtState::escape_intermediate, VtAction::none};
  return state == VtState::escape ? introduced_by(code) : kToGround;
}

constexpr VtStep step_in_csi(VtState state, std::size_t code) {
  if (code < 0x20 || code == kDelete) return {state, VtAction::none};
  const bool parameters = state == VtState::csi_parameters;
  if (parameters && is_in(code, '0', ';')) return {state, VtAction::parameter};
  if (code < 0x40) return {VtState::csi_rest, VtAction::none};
  return {VtState::ground, parameters && code == 'm' ? VtAction::sgr : VtAction::none};
}

constexpr VtStep step_in_string(std::size_t code) {
  constexpr std::size_t kBell = 0x07;
  return code == kBell ? kToGround : kToString;
}

constexpr VtStep step_of(VtState state, std::size_t code) {
  if (is_anywhere(code)) return anywhere(code);
  if (state == VtState::ground) return step_in_ground(code);
  if (state == VtState::string) return step_in_string(code);
  if (code == '\t' || code == kFirstCharacter) return kToText;
  const bool escape = state == VtState::escape || state == VtState::escape_intermediate;
  return escape ? step_in_escape(state, code) : step_in_csi(state, code);
}

using Row = std::array<VtStep, kFirstCharacter + 1>;

constexpr std::array<Row, kVtStates> kTable = [] {
  std::array<Row, kVtStates> table{};
  for (std::size_t state = 0; state < table.size(); ++state) {
    for (std::size_t code = 0; code < table[state].size(); ++code) {
      table[state][code] = step_of(static_cast<VtState>(state), code);
    }
  }
  return table;
}();

}  // namespace

VtStep vt_step(VtState state, char32_t code_point) {
  const auto code = std::min<std::size_t>(code_point, kFirstCharacter);
  return kTable[static_cast<std::size_t>(state)][code];
}

}  // namespace escher
