// Entries, heads and files of journals for the tests of the journal and of its recovery.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "output/file_fixtures.hpp"
#include "policy/marker.hpp"
#include "recovery/journal.hpp"
#include "recovery/journal_recovery.hpp"
#include "recovery/pid_scope.hpp"

namespace escher::test {

inline JournalEntry entry(std::string id) {
  return {std::move(id), 0x7fffffff, 1, 2, "/logs/a.log", "a command", "{}"};
}

inline std::size_t files_in(const std::string& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

inline std::unique_ptr<Journal> open_journal(const TemporaryDirectory& directory) {
  return Journal::open(directory.path(), Marker("").token()).value();
}

inline std::string only_file_in(const std::string& directory) {
  return std::filesystem::directory_iterator(directory)->path().string();
}

inline std::vector<std::string> ids_of(const std::vector<RecoveredExecution>& recovered) {
  std::vector<std::string> ids;
  for (const auto& execution : recovered) ids.push_back(execution.id);
  return ids;
}

using Ids = std::vector<std::string>;

inline constexpr int kUnusedPid = 0x7fffffff;

// The head that a dead engine of this PID scope leaves.
inline JournalHead dead_head(std::string pid_scope = own_pid_scope()) {
  return {Marker("").token(), kUnusedPid, 1, std::move(pid_scope)};
}

}  // namespace escher::test
