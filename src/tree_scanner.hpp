// Finds the descendants of executions and signals those that the signal to a process group does not
// reach. One look at the process table answers everybody who asked meanwhile. Asked on any thread;
// looks, signals and answers on the runtime's worker. Owned by the engine.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "policy/marker.hpp"
#include "policy/process_tree.hpp"

namespace escher {

class TreeScanner {
 public:
  struct Answer {
    SoughtTree tree;
    // Whether the table could be read. Else the process group is all that is known.
    bool seen = false;
  };
  using Handler = std::function<void(Answer)>;

  // Both outlive the scanner.
  TreeScanner(boost::asio::io_context& worker, const Marker& marker);
  TreeScanner(const TreeScanner&) = delete;
  TreeScanner& operator=(const TreeScanner&) = delete;

  // What goes to the members that a look finds.
  struct Sending {
    // To those outside of the leader's process group, once to each; SIGKILL to all of them, at each
    // look. 0 = none.
    int signal = 0;
    // A stopped process acts on a signal only once it continues.
    bool resume = false;
  };

  void look(SoughtTree tree, Sending sending, Handler handler);

  // Those who hold the writing end of a pipe and were started at `since` or later, as far as they
  // are found at once.
  using Holders = std::vector<TreeMember>;
  void seek_holders(std::vector<std::uint64_t> pipes, std::uint64_t since,
                    std::function<void(Holders)> handler);

 private:
  struct Question {
    SoughtTree tree;
    Sending sending;
    Handler handler;
  };

  void answer_all();

  boost::asio::io_context& worker_;
  const Marker& marker_;
  // Nobody is older than its ancestor: most of a table need not be looked at closely.
  const std::uint64_t host_started_;
  // A leaf.
  std::mutex mutex_;
  std::vector<Question> questions_;
};

}  // namespace escher
