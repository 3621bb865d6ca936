// Where an escape sequence begins and ends: the state table of a terminal. Pure; any thread.
//
// After Paul Williams' parser of the VT500 series, with the states merged that only a terminal has
// to tell apart. It differs from a terminal where that one would lose text of a broken sequence:
// - A line feed and a carriage return end any sequence. A terminal goes on waiting, for the end of
//   a title that never comes for example, and shows nothing meanwhile: here that is a line at most.
// - BEL ends all strings, not only those of OSC: programs use it so.
// - A tab, and any character that is not ASCII, ends a sequence other than a string and is text.
#pragma once

#include <cstddef>
#include <cstdint>

namespace escher {

enum class VtState : std::uint8_t {
  ground,               // text
  escape,               // behind ESC
  escape_intermediate,  // behind ESC and what says that one more has to come: ESC ( B
  csi_parameters,       // behind CSI and digits, ';' and ':'
  csi_rest,             // a control sequence that can be no SGR, up to its final byte
  string,               // in the text of OSC, DCS, APC, PM or SOS
};
inline constexpr std::size_t kVtStates = 6;

enum class VtAction : std::uint8_t {
  none,       // part of a sequence, or a control that stands alone
  text,       // no part of a sequence, as `next` is the ground state
  clear,      // a control sequence begins
  parameter,  // one more of its digits, ';' and ':'
  sgr,        // it has ended, and sets colours and the like: "Select Graphic Rendition"
};

struct VtStep {
  VtState next;
  VtAction action;
  bool operator==(const VtStep&) const = default;
};

// C1 controls are taken by their code points, U+0080 to U+009F.
VtStep vt_step(VtState state, char32_t code_point);

}  // namespace escher
