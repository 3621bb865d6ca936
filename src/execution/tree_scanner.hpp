// Finds the descendants of executions, and signals those that the signal to a process group does
// not reach. One look at the process table serves every look that was requested in the meantime.
// Called on any thread; looks, signals and answers on the runtime's worker thread. Owned by the
// engine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/thread_annotations.hpp"
#include "policy/marker.hpp"
#include "policy/process_tree.hpp"
#include "process/process_table.hpp"

namespace escher {

class TreeScanner {
 public:
  struct Answer {
    SoughtTree tree;
    // Whether the process table could be read. Otherwise only the process group is known.
    bool seen = false;
    // Whether a process received the signal.
    bool sent = false;
    // Whether a process lives in the process group of the leader.
    bool group_lives = true;
  };
  using Handler = std::function<void(Answer)>;

  // Both outlive the scanner.
  TreeScanner(boost::asio::io_context& worker, const Marker& marker);
  TreeScanner(const TreeScanner&) = delete;
  TreeScanner& operator=(const TreeScanner&) = delete;

  // What is sent to the members that a look finds.
  struct Sending {
    // To members outside of the leader's process group, once to each; SIGKILL to all members, at
    // every look. 0 = none.
    int signal = 0;
    // SIGCONT follows: a stopped process acts on a signal only once it continues.
    bool resume = false;
  };

  void look(SoughtTree tree, Sending sending, Handler handler);

  // Processes that hold the writing end of a pipe and were started at `since` or later. The search
  // has a time limit, so it may find only some of them.
  using Holders = std::vector<TreeMember>;
  void find_holders(std::vector<std::uint64_t> pipes, std::uint64_t since,
                    std::function<void(Holders)> handler);

 private:
  struct Request {
    SoughtTree tree;
    Sending sending;
    Handler handler;
    bool sent = false;
    bool group_lives = true;
  };

  void answer_all();
  void chase(Newcomers& newcomers, std::vector<Request>& requests);

  boost::asio::io_context& worker_;
  const Marker& marker_;
  // A descendant is never older than its ancestor, so most entries of the table are skipped.
  const std::uint64_t host_started_;
  // A leaf: no other mutex is locked while it is held.
  Mutex mutex_;
  std::vector<Request> requests_ ESCHER_GUARDED_BY(mutex_);
};

}  // namespace escher
