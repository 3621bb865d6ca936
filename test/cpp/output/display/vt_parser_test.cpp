#include "output/display/vt_parser.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>

namespace escher {
namespace {

using namespace std::string_view_literals;
using enum VtState;

constexpr std::initializer_list<VtState> kStates{ground,         escape,   escape_intermediate,
                                                 csi_parameters, csi_rest, string};

// The state after `codes`, from the ground state.
VtState after(std::u32string_view codes) {
  VtState state = ground;
  for (const char32_t code : codes) state = vt_step(state, code).next;
  return state;
}

bool is_shown(VtState state, char32_t code) {
  return vt_step(state, code) == VtStep{ground, VtAction::text};
}

TEST(VtParser, CharactersAndLayoutAreTextInTheGroundState) {
  for (const char32_t code : U"\t\n\r ~A\u00A0\u00FF\u20AC\U0001F600\U0010FFFF"sv) {
    EXPECT_TRUE(is_shown(ground, code)) << std::hex << std::uint32_t{code};
  }
}

TEST(VtParser, OtherControlsAreIgnored) {
  for (char32_t code = 0; code < 0xA0; ++code) {
    const bool control = code < 0x20 || code >= 0x7F;
    const bool layout = code == '\t' || code == '\n' || code == '\r';
    if (!control || layout) continue;
    EXPECT_EQ(vt_step(ground, code).action, code == 0x9B ? VtAction::clear : VtAction::none)
        << std::hex << std::uint32_t{code};
  }
}

TEST(VtParser, EscapeSequenceEndsAtItsFinalByte) {
  EXPECT_EQ(after(U"\x1B"), escape);
  EXPECT_EQ(after(U"\x1B=\x1B\x37\x1B\x63"), ground);
  EXPECT_EQ(after(U"\x1B("), escape_intermediate);
  EXPECT_EQ(after(U"\x1B(B"), ground);
  EXPECT_EQ(after(U"\x1B%/"), escape_intermediate);
  EXPECT_EQ(after(U"\x1B%/G"), ground);
  EXPECT_EQ(after(U"\x1B(["), ground);
}

TEST(VtParser, OtherEscapeSequencesEndAtOnce) {
  for (char32_t final = 0x30; final < 0x7F; ++final) {
    if (std::u32string_view(U"[PX]^_k").find(final) != std::u32string_view::npos) continue;
    EXPECT_EQ(vt_step(escape, final), (VtStep{ground, VtAction::none})) << std::uint32_t{final};
  }
}

TEST(VtParser, ControlSequenceEndsAtItsFinalByte) {
  EXPECT_EQ(after(U"\x1B["), csi_parameters);
  EXPECT_EQ(after(U"\x1B[38;2:1"), csi_parameters);
  EXPECT_EQ(after(U"\x1B[?25"), csi_rest);
  EXPECT_EQ(after(U"\x1B[1 "), csi_rest);
  EXPECT_EQ(after(U"\x1B[1<"), csi_rest);
  EXPECT_EQ(after(U"\x1B[?25 1"), csi_rest);
  for (char32_t final = 0x40; final < 0x7F; ++final) {
    EXPECT_EQ(vt_step(csi_parameters, final).next, ground) << std::uint32_t{final};
    EXPECT_EQ(vt_step(csi_rest, final), (VtStep{ground, VtAction::none})) << std::uint32_t{final};
  }
}

TEST(VtParser, OnlyPlainParametersAndTheLetterMAreSgr) {
  EXPECT_EQ(vt_step(escape, '['), (VtStep{csi_parameters, VtAction::clear}));
  for (const char32_t code : U"0123456789:;"sv) {
    EXPECT_EQ(vt_step(csi_parameters, code), (VtStep{csi_parameters, VtAction::parameter}));
  }
  for (char32_t final = 0x40; final < 0x7F; ++final) {
    EXPECT_EQ(vt_step(csi_parameters, final).action == VtAction::sgr, final == 'm');
  }
}

TEST(VtParser, C1ControlsEqualTheirEscapeForm) {
  for (char32_t code = 0x80; code < 0xA0; ++code) {
    for (const VtState state : kStates) {
      EXPECT_EQ(vt_step(state, code), vt_step(escape, code - 0x40)) << std::uint32_t{code};
    }
  }
  EXPECT_EQ(after(U"\u009B"), csi_parameters);
  EXPECT_EQ(after(U"\u009D"), string);
}

TEST(VtParser, StringsContainAnythingUntilTheirEnd) {
  for (const char32_t introducer : U"PX]^_k"sv) {
    EXPECT_EQ(vt_step(escape, introducer), (VtStep{string, VtAction::none}));
  }
  for (const char32_t code : U"\t\b\f\u007F aZ~;\u00A0\u20AC\U0001F600"sv) {
    EXPECT_EQ(vt_step(string, code), (VtStep{string, VtAction::none}));
  }
  EXPECT_EQ(vt_step(string, 0), (VtStep{string, VtAction::none}));
  EXPECT_EQ(after(U"\x1B]0;title\a"), ground);
  EXPECT_EQ(after(U"\x1B]0;title\x1B\\"), ground);
  EXPECT_EQ(after(U"\x1B]0;title\u009C"), ground);
  EXPECT_EQ(after(U"\x1B_apc\a"), ground);
}

TEST(VtParser, EscapeInAStringStartsASequence) {
  EXPECT_EQ(after(U"\x1B]0;title\x1B"), escape);
  EXPECT_EQ(after(U"\x1B]0;title\x1B[3"), csi_parameters);
}

TEST(VtParser, AnySequenceCanBeAbortedOrRestarted) {
  for (const VtState state : kStates) {
    EXPECT_EQ(vt_step(state, 0x18), (VtStep{ground, VtAction::none}));
    EXPECT_EQ(vt_step(state, 0x1A), (VtStep{ground, VtAction::none}));
    EXPECT_EQ(vt_step(state, 0x1B), (VtStep{escape, VtAction::none}));
  }
}

TEST(VtParser, SequencesEndWithTheirLine) {
  for (const VtState state : kStates) {
    EXPECT_TRUE(is_shown(state, '\n'));
    EXPECT_TRUE(is_shown(state, '\r'));
  }
}

TEST(VtParser, UnexpectedTextEndsASequence) {
  for (const VtState state : {escape, escape_intermediate, csi_parameters, csi_rest}) {
    EXPECT_TRUE(is_shown(state, '\t'));
    EXPECT_TRUE(is_shown(state, U'\u00A0'));
    EXPECT_TRUE(is_shown(state, U'\u20AC'));
  }
}

TEST(VtParser, ControlsInsideASequenceAreIgnored) {
  for (const VtState state : {escape, escape_intermediate, csi_parameters, csi_rest}) {
    for (const char32_t code : {0x00, 0x07, 0x08, 0x0B, 0x0C, 0x0E, 0x0F, 0x7F}) {
      EXPECT_EQ(vt_step(state, code), (VtStep{state, VtAction::none}));
    }
  }
}

}  // namespace
}  // namespace escher
