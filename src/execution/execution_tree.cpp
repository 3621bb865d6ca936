#include "execution/execution_tree.hpp"

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "model/signals.hpp"
#include "process/process_table.hpp"
#include "process/strand_checker.hpp"

namespace escher {

void ExecutionTree::attach(ChildProcess process, std::optional<Cgroup> cgroup) {
  process_.emplace(std::move(process));
  cgroup_ = std::move(cgroup);
}

void ExecutionTree::wait_exit() {
  process_->async_wait_exit([this, alive = owner_.keep_alive()] { owner_.feed(Input::exited); });
}

bool ExecutionTree::send(int signal) {
  assert_on_strand(owner_.strand());
  SoughtTree others;
  others.execution = format_id(id_);
  others.leader = process_->pid();
  others.leader_started = started();
  if (cgroup_) cgroup_->add_members(started(), others.members);
  scanner_.look(std::move(others), {signal}, [](const TreeScanner::Answer&) {});
  const bool sent = process_->signal_group(signal);
  was_killed_ |= sent && signal == SIGKILL;
  return sent;
}

bool ExecutionTree::signal_group(int signal) {
  assert_on_strand(owner_.strand());
  const bool sent = process_->signal_group(signal);
#if !defined(_WIN32)
  // A stopped process acts on a signal only once it continues; SIGKILL needs no help.
  if (signal != SIGKILL) process_->signal_group(SIGCONT);
#endif
  return sent;
}

bool ExecutionTree::signal_leader(int signal) {
  assert_on_strand(owner_.strand());
  const bool sent = process_->signal(signal);
#if !defined(_WIN32)
  if (signal != SIGKILL) process_->signal(SIGCONT);
#endif
  return sent;
}

void ExecutionTree::forget_signals() {
  for (TreeMember& member : sought_.members) member.signalled = false;
}

bool ExecutionTree::kill_cgroup() { return cgroup_ && cgroup_->kill(started()); }

// The number belongs to the process until it is reaped, which happens on this strand.
std::uint64_t ExecutionTree::started() {
  if (started_ == 0) started_ = start_time_of(process_->pid());
  return started_;
}

void ExecutionTree::look(int signal, LookHandler handler) {
  assert_on_strand(owner_.strand());
  if (sought_.execution.empty()) sought_.execution = format_id(id_);
  sought_.leader = process_->pid();
  sought_.leader_started = started();
  // These are found whatever they did to their session, environment and parent.
  if (cgroup_) cgroup_->add_members(started(), sought_.members);
  scanner_.look(sought_, {signal, true},
                [this, alive = owner_.keep_alive(),
                 handler = std::move(handler)](TreeScanner::Answer answer) mutable {
                  boost::asio::post(owner_.strand(),
                                    [this, alive = std::move(alive), answer = std::move(answer),
                                     handler = std::move(handler)]() mutable {
                                      on_answer(std::move(answer), handler);
                                    });
                });
}

void ExecutionTree::on_answer(TreeScanner::Answer answer, const LookHandler& handler) {
  assert_on_strand(owner_.strand());
  // The execution may have finished without waiting for the answer.
  if (!process_) return;
  sought_.members = std::move(answer.tree.members);
  handler({answer.seen, answer.sent, answer.group_lives});
}

bool ExecutionTree::any_alive(bool table_read) {
  return (table_read ? !sought_.members.empty() : process_->group_alive()) ||
         (cgroup_ && !cgroup_->is_empty(started()));
}

void ExecutionTree::release(bool was_killed) {
  assert_on_strand(owner_.strand());
  process_.reset();
  if (cgroup_ && was_killed) cgroup_->discard();
  cgroup_.reset();
}

void ExecutionTree::abandon(std::atomic<int>& unkillable) {
  assert_on_strand(owner_.strand());
  auto process = std::make_shared<ChildProcess>(std::move(*process_));
  ++unkillable;
  process->async_wait_exit([process, &unkillable] {
    process->reap();
    --unkillable;
  });
}

}  // namespace escher
