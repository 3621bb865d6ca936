#include "engine/runtime.hpp"

#include <signal.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <new>
#include <utility>

#include "process/short_slice.hpp"

#if defined(__linux__)
#include <pthread.h>
#endif

namespace escher {
namespace {

// A new thread inherits the signal mask of the thread that creates it.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
#if !defined(_WIN32)
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
#endif
  }
  ~AllSignalsBlocked() {
#if !defined(_WIN32)
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
#endif
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
#if !defined(_WIN32)
  sigset_t before_;
#endif
};

void name_thread([[maybe_unused]] std::thread& thread, [[maybe_unused]] const char* name) {
#if defined(__linux__)
  pthread_setname_np(thread.native_handle(), name);
#endif
}

// A handler that ran out of memory is dropped, and the others go on: an exception that left the
// thread would end the host. What can, turns the lack of memory into an error of its execution
// before it comes here.
void run_all(boost::asio::io_context& context) {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::bad_alloc&) {
    }
  }
}

// For the threads that an execution waits for.
void run_promptly(boost::asio::io_context& context) {
  ask_for_short_slice();
  run_all(context);
}

}  // namespace

Runtime::Runtime(std::size_t io_threads) : spawner_(1), worker_(1) {
  // 1: one thread runs it.
  for (std::size_t i = 0; i < io_threads; ++i) {
    io_.push_back(std::make_unique<boost::asio::io_context>(1));
    // The reactor opens its descriptors with the first timer: here, where a failure can be
    // reported, and not later when the process may have run out of them.
    const boost::asio::steady_timer first(*io_.back());
  }
}

Runtime::~Runtime() { join(true); }

Strand Runtime::make_strand() {
  const std::size_t turn = strands_.fetch_add(1, std::memory_order_relaxed);
  return io_[turn % io_.size()]->get_executor();
}

void Runtime::defer(Millis delay, std::function<void()> function) {
  if (delay <= Millis(0)) return boost::asio::post(io(), std::move(function));
  const auto timer = std::make_shared<boost::asio::steady_timer>(io(), to_steady(delay));
  timer->async_wait(
      [timer, function = std::move(function)](const boost::system::error_code& error) {
        if (!error) function();
      });
}

void Runtime::start() {
  spawner_work_.emplace(spawner_.get_executor());
  worker_work_.emplace(worker_.get_executor());
  const AllSignalsBlocked blocked;
  for (const auto& context : io_) {
    io_work_.emplace_back(context->get_executor());
    threads_.emplace_back([&context = *context] { run_promptly(context); });
    name_thread(threads_.back(), "escher-io");
  }
  spawn_thread_ = std::thread([this] { run_promptly(spawner_); });
  name_thread(spawn_thread_, "escher-spawn");
  worker_thread_ = std::thread([this] { run_all(worker_); });
  name_thread(worker_thread_, "escher-worker");
}

void Runtime::join(bool abandon_work) {
  spawner_work_.reset();
  if (abandon_work) {
    spawner_.stop();
    worker_.stop();
    for (const auto& context : io_) context->stop();
  }
  // The spawn thread first: its last launches are handled on the io threads, which run on until
  // then.
  if (spawn_thread_.joinable()) spawn_thread_.join();
  worker_work_.reset();
  if (worker_thread_.joinable()) worker_thread_.join();
  io_work_.clear();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace escher
