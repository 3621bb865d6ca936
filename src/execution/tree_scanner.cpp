#include "execution/tree_scanner.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "model/signals.hpp"
#include "process/pipe_holders.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

// Limits the search through the descriptors of the machine: looks at trees wait for it.
constexpr std::chrono::milliseconds kSearchTime{200};

// A tree that forks and exits is at its newest process only. In clock ticks.
constexpr std::uint64_t kFreshTicks = 2;
// Counted in looks, about 10 us each, and not in time: on a busy machine this thread waits, too.
constexpr int kQuietLooks = 100;
constexpr int kMostLooks = 2'000;
// Between two of its passes, a machine on which others fork as well adds no more than that.
constexpr int kMostNewcomers = 256;

// Those that were started during the pass over the table, which has missed some of them.
void add_newcomers(Newcomers& newcomers, std::vector<ProcessEntry>& processes) {
  int rounds = 0;
  for (int i = 0; i < kMostNewcomers; ++i) {
    const auto newcomer = newcomers.next();
    if (!newcomer && ++rounds == 2) return;
    if (!newcomer) continue;
    const auto same = std::find_if(processes.begin(), processes.end(), [&](const auto& process) {
      return process.pid == newcomer->pid;
    });
    if (same == processes.end()) {
      processes.push_back(*newcomer);
    } else {
      *same = *newcomer;
    }
  }
}

bool add_once(std::vector<TreeMember>& members, const TreeMember& newcomer) {
  const bool known = std::any_of(members.begin(), members.end(), [&](const TreeMember& member) {
    return member.pid == newcomer.pid && member.started == newcomer.started;
  });
  if (!known) members.push_back(newcomer);
  return !known;
}

bool has_member_since(const SoughtTree& tree, std::uint64_t tick) {
  return std::any_of(tree.members.begin(), tree.members.end(),
                     [tick](const TreeMember& member) { return member.started >= tick; });
}

bool has_live_group(const std::vector<ProcessEntry>& processes, int leader) {
  return std::any_of(processes.begin(), processes.end(), [leader](const ProcessEntry& process) {
    return process.group == leader && process.lives;
  });
}

// True: a process received the signal.
bool send(SoughtTree& tree, TreeScanner::Sending sending) {
  if (sending.signal == 0) return false;
  bool sent = false;
  for (TreeMember& member : tree.members) {
    if (sending.signal == SIGKILL) {
      sent |= signal_process(member, SIGKILL);
    } else if (!std::exchange(member.signalled, true) && member.group != tree.leader) {
      sent |= signal_process(member, sending.signal);
#if !defined(_WIN32)
      if (sending.resume) signal_process(member, SIGCONT);
#endif
    }
  }
  return sent;
}

}  // namespace

TreeScanner::TreeScanner(boost::asio::io_context& worker, const Marker& marker)
    : worker_(worker), marker_(marker), host_started_(own_start_time()) {}

void TreeScanner::look(SoughtTree tree, Sending sending, Handler handler) {
  bool first = false;
  {
    const MutexLock lock(mutex_);
    first = requests_.empty();
    requests_.push_back({std::move(tree), sending, std::move(handler)});
  }
  if (first) boost::asio::post(worker_, [this] { answer_all(); });
}

void TreeScanner::find_holders(std::vector<std::uint64_t> pipes, std::uint64_t since,
                               std::function<void(Holders)> handler) {
  const SteadyTime deadline = SteadyClock::now() + kSearchTime;
  boost::asio::post(worker_,
                    [pipes = std::move(pipes), since, deadline, handler = std::move(handler)] {
                      handler(find_pipe_holders(pipes, since, deadline));
                    });
}

void TreeScanner::answer_all() {
  std::vector<Request> requests;
  {
    const MutexLock lock(mutex_);
    requests.swap(requests_);
  }
  const std::uint64_t now = current_tick();
  Newcomers newcomers(marker_, host_started_);
  auto processes = read_processes(marker_, host_started_);
  if (processes) add_newcomers(newcomers, *processes);
  bool has_fresh = false;
  for (Request& request : requests) {
    if (!processes) continue;
    // After the read: if the leader existed throughout, its session was its own throughout.
    SoughtTree& tree = request.tree;
    if (tree.leader != 0 && start_time_of(tree.leader) != tree.leader_started) tree.leader = 0;
    find_members(*processes, tree);
    request.group_lives = has_live_group(*processes, tree.leader);
    request.sent = send(tree, request.sending);
    has_fresh |= request.sending.signal != 0 && has_member_since(tree, now - kFreshTicks);
  }
  if (has_fresh) chase(newcomers, requests);
  for (Request& request : requests) {
    request.handler(
        {std::move(request.tree), processes.has_value(), request.sent, request.group_lives});
  }
}

// Signals new members as they come, until none of the last processes was one.
void TreeScanner::chase(Newcomers& newcomers, std::vector<Request>& requests) {
  for (int looks = 0, quiet = 0; quiet < kQuietLooks && looks < kMostLooks; ++looks, ++quiet) {
    const auto process = newcomers.next();
    if (!process || !process->lives) continue;
    for (Request& request : requests) {
      if (request.sending.signal == 0 || !is_marked(request.tree, *process)) continue;
      const TreeMember member{process->pid, process->started, process->group, true};
      if (!add_once(request.tree.members, member)) continue;
      request.sent |= signal_process(member, request.sending.signal);
      quiet = 0;
    }
  }
}

}  // namespace escher
