#include "floor/read_loop.hpp"

#include <unistd.h>

#include "floor/bare_child.hpp"

namespace escher::bench {

char* KeptBytes::room() {
  if (kBlockBytes - used_ < kReadBytes) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlockBytes));
    used_ = 0;
  }
  return blocks_.back().get() + used_;
}

ReadOutcome read_all(char* const* argv, std::uint64_t limit) {
  const BareChild child = launch_bare(LaunchCall::clone, {argv, false});
  const auto scratch = std::make_unique_for_overwrite<char[]>(KeptBytes::kReadBytes);
  ReadOutcome outcome;
  for (;;) {
    const bool keep = outcome.kept.total() < limit;
    char* room = keep ? outcome.kept.room() : scratch.get();
    const auto count = static_cast<std::size_t>(
        checked(::read(child.out.get(), room, KeptBytes::kReadBytes), "read"));
    if (count == 0) break;
    outcome.bytes += count;
    if (keep) outcome.kept.add(count);
  }
  reap(child);
  return outcome;
}

}  // namespace escher::bench
