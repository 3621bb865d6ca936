#include "tree_scanner.hpp"

#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

#include "process/pipe_holders.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

// A search of all descriptors; who waits for it has other things to do.
constexpr std::chrono::milliseconds kSearchTime{200};

void send(SoughtTree& tree, TreeScanner::Sending sending) {
  if (sending.signal == 0) return;
  for (TreeMember& member : tree.members) {
    if (sending.signal == SIGKILL) {
      signal_process(member, SIGKILL);
    } else if (!std::exchange(member.signalled, true) && member.group != tree.leader) {
      signal_process(member, sending.signal);
#if !defined(_WIN32)
      if (sending.resume) signal_process(member, SIGCONT);
#endif
    }
  }
}

}  // namespace

TreeScanner::TreeScanner(boost::asio::io_context& worker, const Marker& marker)
    : worker_(worker), marker_(marker), host_started_(own_start_time()) {}

void TreeScanner::look(SoughtTree tree, Sending sending, Handler handler) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = questions_.empty();
    questions_.push_back({std::move(tree), sending, std::move(handler)});
  }
  if (first) boost::asio::post(worker_, [this] { answer_all(); });
}

void TreeScanner::seek_holders(std::vector<std::uint64_t> pipes, std::uint64_t since,
                               std::function<void(Holders)> handler) {
  const SteadyTime deadline = SteadyClock::now() + kSearchTime;
  boost::asio::post(worker_,
                    [pipes = std::move(pipes), since, deadline, handler = std::move(handler)] {
                      handler(find_pipe_holders(pipes, since, deadline));
                    });
}

void TreeScanner::answer_all() {
  std::vector<Question> questions;
  {
    const std::lock_guard lock(mutex_);
    questions.swap(questions_);
  }
  const auto processes = read_processes(marker_, host_started_);
  for (Question& question : questions) {
    if (processes) {
      // Behind the look: as long as the leader was there all the time, so was its session.
      SoughtTree& tree = question.tree;
      if (tree.leader != 0 && start_time_of(tree.leader) != tree.leader_started) tree.leader = 0;
      find_members(*processes, question.tree);
      send(question.tree, question.sending);
    }
    question.handler({std::move(question.tree), processes.has_value()});
  }
}

}  // namespace escher
