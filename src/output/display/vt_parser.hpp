// The state table of a terminal: where an escape sequence begins and ends. Pure; any thread.
//
// Based on Paul Williams' parser for the VT500 series; states that only a terminal must distinguish
// are merged. It differs from a terminal where a malformed sequence would hide text:
// - A line feed and a carriage return end any sequence, so a missing terminator hides one line at
// most.
// - BEL ends all strings, not only OSC, because programs use it so.
// - A tab or a character outside ASCII ends a sequence other than a string, and is text.
#pragma once

#include <cstddef>
#include <cstdint>

namespace escher {

enum class VtState : std::uint8_t {
  ground,               // text
  escape,               // after ESC
  escape_intermediate,  // after ESC and an intermediate byte, as in ESC ( B
  csi_parameters,       // after CSI and digits, ';' and ':'
  csi_rest,             // in a control sequence that cannot be SGR, up to its final byte
  string,               // in the text of OSC, DCS, APC, PM or SOS
};
inline constexpr std::size_t kVtStates = 6;

enum class VtAction : std::uint8_t {
  none,       // part of a sequence, or a single control
  text,       // not part of a sequence; `next` is `ground`
  clear,      // a control sequence begins
  parameter,  // a digit, ';' or ':' of it
  sgr,        // it ends as SGR, "Select Graphic Rendition"
};

struct VtStep {
  VtState next;
  VtAction action;
  bool operator==(const VtStep&) const = default;
};

// C1 controls are recognized as code points, U+0080 to U+009F.
VtStep vt_step(VtState state, char32_t code_point);

}  // namespace escher
