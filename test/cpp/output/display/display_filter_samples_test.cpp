// DisplayFilter on output of real programs.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "output/display/shown_text.hpp"

namespace escher::test {
namespace {

TEST(DisplayFilterSamples, StripsRealOutput) {
  struct Sample {
    std::string bytes;
    std::string stripped;
  };
  const std::vector<Sample> samples{
      // npm: a spinner, a coloured warning.
      {"\x1B[1G\x1B[0K\xE2\xA0\x99\x1B[1G\x1B[0Knpm \x1B[33mwarn\x1B[39m deprecated a@1\n",
       "\xE2\xA0\x99npm warn deprecated a@1\n"},
      // cargo: erases its progress bar.
      {"\x1B[1m\x1B[32m   Compiling\x1B[0m libc v0.2\n\x1B[K    Building [==> ] 3/7\r\x1B[K"
       "\x1B]9;4;1;42\x1B\\done\n",
       "   Compiling libc v0.2\n    Building [==> ] 3/7\rdone\n"},
      // pytest.
      {"\x1B[1m===== test session starts =====\x1B[0m\n"
       "t.py \x1B[32m.\x1B[0m\x1B[31mF\x1B[0m\x1B[31m   [100%]\x1B[0m\n",
       "===== test session starts =====\nt.py .F   [100%]\n"},
      // aws with its pager.
      {"\x1B[?1h\x1B=\r{\x1B[m\r\n    \"Account\": \"1\"\x1B[m\r\n}\x1B[m\r\n\r\x1B[K\x1B[?1l\x1B>",
       "\r{\r\n    \"Account\": \"1\"\r\n}\r\n\r"},
      // docker: moves up to redraw its lines.
      {"\x1B[1A\x1B[2K\rabc: Downloading [==>  ]\r\x1B[1B\x1B[?25h",
       "\rabc: Downloading [==>  ]\r"},
      // git log.
      {"\x1B[33mcommit 774c9aa\x1B[m\x1B[33m (\x1B[m\x1B[1;36mHEAD -> \x1B[m)\x1B[m\n",
       "commit 774c9aa (HEAD -> )\n"},
      // ls and gcc: hyperlinks.
      {"\x1B]8;;file://host/a.c\x1B\\a.c\x1B]8;;\x1B\\\n", "a.c\n"},
      {"\x1B[01m\x1B[Kx.c:1:1:\x1B[m\x1B[K \x1B[01;31m\x1B[Kerror: \x1B[m\x1B[K"
       "[\x1B]8;;https://gcc.gnu.org/\a-Wall\x1B]8;;\a]\n",
       "x.c:1:1: error: [-Wall]\n"},
      // A timestamp of a build server.
      {"\x1B_bk;t=1700000000000\a$ make\n", "$ make\n"},
      // A shell in screen or tmux.
      {"\x1Bkmake\x1B\\all: ok\n", "all: ok\n"},
  };
  for (const Sample& sample : samples) {
    EXPECT_EQ(stripped(sample.bytes), sample.stripped);
    EXPECT_EQ(stripped(coloured(sample.bytes)), sample.stripped);
    expect_settled(sample.bytes);
  }
}

TEST(DisplayFilterSamples, KeepsColoursInRealOutput) {
  EXPECT_EQ(coloured("\x1B[01m\x1B[Kx.c:1:1:\x1B[m\x1B[K \x1B[01;31m\x1B[Kerror: \x1B[m\x1B[K\n"),
            "\x1B[01mx.c:1:1:\x1B[m \x1B[01;31merror: \x1B[m\n");
}

}  // namespace
}  // namespace escher::test
