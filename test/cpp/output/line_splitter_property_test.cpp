// Invariants for any bytes in any chunks. A failing case prints its seed.

#include <gtest/gtest.h>

#include <vector>

#include "output/line_splitter.hpp"
#include "output/random_bytes.hpp"
#include "output/utf8.hpp"

namespace escher {
namespace {

using Entries = std::vector<std::pair<std::string, bool>>;

auto into(Entries& entries) {
  return [&entries](const Line& line) { entries.emplace_back(line.text, line.partial); };
}

// Joins the pieces of each line.
std::vector<std::string> joined(const Entries& entries) {
  std::vector<std::string> lines;
  bool continues = false;
  for (const auto& [text, partial] : entries) {
    if (!continues) lines.emplace_back();
    lines.back() += text;
    continues = partial;
  }
  EXPECT_FALSE(continues) << "the last line was not closed";
  return lines;
}

std::string decoded(const std::string& bytes) {
  std::string text;
  append_valid_utf8(text, bytes);
  return text;
}

std::vector<std::string> decoded(std::vector<std::string> lines) {
  for (auto& line : lines) line = decoded(line);
  return lines;
}

Entries decoded(Entries entries) {
  for (auto& entry : entries) entry.first = decoded(entry.first);
  return entries;
}

// The lines of `bytes`, by a simple reference implementation.
std::vector<std::string> expected_lines(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      lines.emplace_back(bytes);
      break;
    }
    std::string_view line = bytes.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    bytes.remove_prefix(end + 1);
  }
  return lines;
}

Entries split_whole(std::string_view bytes, std::size_t max_line_bytes) {
  LineSplitter splitter(max_line_bytes);
  Entries entries;
  splitter.split(bytes, into(entries));
  splitter.finish(into(entries));
  return entries;
}

struct Case {
  explicit Case(unsigned seed) : random(seed), bytes(random.text(1 + random.below(120))) {
    max_line_bytes = 1 + random.below(random.one_in(2) ? 12 : 200);
    longest_chunk = 1 + random.below(random.one_in(2) ? 4 : 100);
  }

  test::RandomBytes random;
  std::string bytes;
  std::size_t max_line_bytes;
  std::size_t longest_chunk;
};

template <typename Check>
void for_many_cases(Check check) {
  for (unsigned seed = 1; seed <= 3000 && !testing::Test::HasFailure(); ++seed) {
    Case example(seed);
    SCOPED_TRACE(testing::Message()
                 << "seed " << seed << ", max " << example.max_line_bytes << ", chunks of up to "
                 << example.longest_chunk << ", bytes " << testing::PrintToString(example.bytes));
    check(example);
  }
}

TEST(LineSplitterProperty, LinesAreIndependentOfChunks) {
  for_many_cases([](Case& example) {
    LineSplitter splitter(example.max_line_bytes);
    Entries entries;
    for (const auto& chunk : example.random.chunks(example.bytes, example.longest_chunk)) {
      splitter.split(chunk, into(entries));
    }
    splitter.finish(into(entries));
    // The pieces are equal too, not only the lines.
    ASSERT_EQ(entries, split_whole(example.bytes, example.max_line_bytes));
    ASSERT_EQ(joined(entries), expected_lines(example.bytes));
  });
}

TEST(LineSplitterProperty, BlocksContainTheSameLines) {
  for_many_cases([](Case& example) {
    LineSplitter splitter(example.max_line_bytes);
    Entries entries;
    const auto blocks = [&entries](std::string_view block) {
      ASSERT_TRUE(block.ends_with('\n'));
      while (!block.empty()) {
        const std::size_t end = block.find('\n');
        entries.emplace_back(block.substr(0, end), false);
        block.remove_prefix(end + 1);
      }
    };
    for (const auto& chunk : example.random.chunks(example.bytes, example.longest_chunk)) {
      splitter.split_blocks(chunk, blocks, into(entries));
    }
    splitter.finish(into(entries));
    ASSERT_EQ(entries, split_whole(example.bytes, example.max_line_bytes));
  });
}

TEST(LineSplitterProperty, PiecesHaveTheMaximumLengthAndEndOnCodePoints) {
  for_many_cases([](Case& example) {
    const std::size_t longest = std::max<std::size_t>(example.max_line_bytes, 4);
    const Entries entries = split_whole(example.bytes, example.max_line_bytes);
    for (const auto& [text, partial] : entries) {
      ASSERT_LE(text.size(), longest);
      ASSERT_TRUE(!partial || text.size() + 3 >= longest);
    }
    ASSERT_EQ(joined(decoded(entries)), decoded(joined(entries)));
  });
}

TEST(LineSplitterProperty, FlushesKeepTheJoinedLines) {
  for_many_cases([](Case& example) {
    LineSplitter splitter(example.max_line_bytes);
    Entries entries;
    for (const auto& chunk : example.random.chunks(example.bytes, example.longest_chunk)) {
      splitter.split(chunk, into(entries));
      if (!example.random.one_in(3)) continue;
      const std::size_t before = entries.size();
      const bool has_partial = splitter.has_partial();
      splitter.flush_partial(into(entries));
      ASSERT_EQ(entries.size(), before + (has_partial ? 1 : 0));
    }
    splitter.finish(into(entries));
    ASSERT_EQ(joined(entries), expected_lines(example.bytes));
    ASSERT_EQ(joined(decoded(entries)), decoded(joined(entries)));
  });
}

TEST(LineSplitterProperty, SkipCountsWhatSplitWouldHaveDelivered) {
  for_many_cases([](Case& example) {
    LineSplitter splitter(example.max_line_bytes);
    LineSplitter skipper(example.max_line_bytes);
    for (const auto& chunk : example.random.chunks(example.bytes, example.longest_chunk)) {
      Entries entries;
      splitter.split(chunk, into(entries));
      const auto skipped = skipper.skip(chunk);
      ASSERT_EQ(skipped.lines + skipped.pieces, entries.size());
      for (const auto& entry : entries) ASSERT_TRUE(!entry.second || skipped.pieces > 0);
      ASSERT_EQ(skipper.pending(), splitter.pending());
    }
    Entries rest_of_splitter;
    Entries rest_of_skipper;
    splitter.finish(into(rest_of_splitter));
    skipper.finish(into(rest_of_skipper));
    ASSERT_EQ(rest_of_skipper, rest_of_splitter);
  });
}

TEST(LineSplitterProperty, SkipCountsLinesOfLongChunks) {
  test::RandomBytes random(7);
  for (int round = 0; round < 20; ++round) {
    const std::string bytes = random.text(3000);
    Entries entries;
    LineSplitter(1 << 20).split(bytes, into(entries));
    ASSERT_EQ(LineSplitter(1 << 20).skip(bytes).lines, entries.size());
  }
}

}  // namespace
}  // namespace escher
