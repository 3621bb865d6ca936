#include "engine/leftovers.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <set>
#include <utility>

#include "execution/execution.hpp"
#include "model/signals.hpp"
#include "process/process_table.hpp"
#include "process/strand_checker.hpp"
#include "recovery/journal_recovery.hpp"
#include "recovery/overflow_directory.hpp"

namespace escher {
namespace {

// A process that has not died of SIGKILL after this time hangs in the kernel.
constexpr auto kKillPatience = std::chrono::seconds(1);
// The time between two looks doubles each time: from 2 ms to 128 ms.
constexpr Millis kFirstLook{2};
constexpr int kMaxDoublings = 6;

}  // namespace

void Leftovers::clear_dead_hosts() {
  boost::asio::post(runtime_.worker(), [this] {
    OverflowDirectory::remove_abandoned(config_.overflow_dir);
    EngineCgroups::sweep();
    if (config_.journal_dir) recovered_ = recover_journals(*config_.journal_dir);
  });
}

void Leftovers::recovered(std::function<void(Result<std::vector<RecoveredExecution>>)> handler) {
  boost::asio::post(runtime_.worker(),
                    [this, handler = std::move(handler)] { handler(recovered_); });
}

void Leftovers::signal(SteadyTime deadline) { end(deadline, nullptr); }

void Leftovers::end(SteadyTime deadline, Done done) {
  boost::asio::post(runtime_.worker(), [this, deadline, done = std::move(done)]() mutable {
    look(0, deadline, std::move(done));
  });
}

void Leftovers::look(int looks, SteadyTime deadline, Done done) {
  assert_on_strand(runtime_.worker().get_executor());
  SoughtTree sought;
  for (const auto& execution : registry_.live()) {
    sought.spared.push_back(format_id(execution->id()));
  }
  sought.members = members_;
  cgroups_.add_leftovers(sought.members);
  const bool hard = SteadyClock::now() >= deadline;
  if (hard) cgroups_.kill_leftovers();
  const int soft = config_.stop ? config_.stop->front().signal : config_.kill_signal;
  scanner_.look(
      std::move(sought), {hard ? SIGKILL : soft, true},
      [this, looks, deadline, done = std::move(done)](TreeScanner::Answer answer) mutable {
        members_ = std::move(answer.tree.members);
        if (!done) return;
        const bool hopeless = SteadyClock::now() - kKillPatience >= deadline;
        const bool gone = members_.empty() && !cgroups_.has_leftovers();
        if (gone || hopeless) return done(survivors());
        runtime_.defer(kFirstLook * (1 << std::min(looks, kMaxDoublings)),
                       [this, looks, deadline, done = std::move(done)]() mutable {
                         boost::asio::post(runtime_.worker(), [this, looks, deadline,
                                                               done = std::move(done)]() mutable {
                           look(looks + 1, deadline, std::move(done));
                         });
                       });
      });
}

std::vector<int> Leftovers::survivors() const {
  std::vector<TreeMember> members = members_;
  cgroups_.add_leftovers(members);
  std::set<int> pids;
  for (const TreeMember& member : members) {
    if (lives(member)) pids.insert(member.pid);
  }
  return {pids.begin(), pids.end()};
}

}  // namespace escher
