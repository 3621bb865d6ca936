#include "runtime.hpp"

#include <signal.h>

#if defined(__linux__)
#include <pthread.h>
#endif

namespace escher {
namespace {

// Threads inherit the mask of the one that starts them.
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

}  // namespace

Runtime::Runtime(std::size_t io_threads)
    : io_threads_(io_threads), io_(static_cast<int>(io_threads)), spawner_(1) {}

Runtime::~Runtime() { join(true); }

void Runtime::start() {
  io_work_.emplace(io_.get_executor());
  spawner_work_.emplace(spawner_.get_executor());
  const AllSignalsBlocked blocked;
  for (std::size_t i = 0; i < io_threads_; ++i) {
    threads_.emplace_back([this] { io_.run(); });
    name_thread(threads_.back(), "escher-io");
  }
  spawn_thread_ = std::thread([this] { spawner_.run(); });
  name_thread(spawn_thread_, "escher-spawn");
}

void Runtime::join(bool abandon_work) {
  spawner_work_.reset();
  if (abandon_work) {
    spawner_.stop();
    io_.stop();
  }
  // The spawn thread first: what it still launches is answered on the io threads, which wait for
  // it.
  if (spawn_thread_.joinable()) spawn_thread_.join();
  io_work_.reset();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace escher
