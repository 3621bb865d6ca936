#include "engine/runtime.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <new>
#include <set>

#include "support/waiting.hpp"

namespace escher::test {
namespace {

// Calls `function` on a thread of the context, and returns its result.
template <typename Function>
auto on_thread_of(boost::asio::io_context& context, Function function) {
  std::promise<decltype(function())> promise;
  boost::asio::post(context, [&] { promise.set_value(function()); });
  auto future = promise.get_future();
  if (future.wait_for(kHangGuard) != std::future_status::ready) throw Hung("a thread");
  return future.get();
}

TEST(RuntimeTest, RunsTheRequestedNumberOfIoThreads) {
  constexpr std::size_t kThreads = 3;
  Runtime runtime(kThreads);
  runtime.start();
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::thread::id> threads;
  // Each handler waits for the others, so that no thread runs two of them.
  for (std::size_t i = 0; i < kThreads; ++i) {
    boost::asio::post(runtime.make_strand(), [&] {
      std::unique_lock lock(mutex);
      threads.insert(std::this_thread::get_id());
      changed.notify_all();
      changed.wait_for(lock, kHangGuard, [&] { return threads.size() == kThreads; });
    });
  }
  runtime.join(false);
  EXPECT_EQ(threads.size(), kThreads);
}

TEST(RuntimeTest, HasASeparateThreadForLaunches) {
  Runtime runtime(2);
  runtime.start();
  const auto self = [] { return std::this_thread::get_id(); };
  const auto spawner = on_thread_of(runtime.spawner(), self);
  EXPECT_NE(spawner, on_thread_of(runtime.io(), self));
  EXPECT_EQ(spawner, on_thread_of(runtime.spawner(), self));
}

TEST(RuntimeTest, BlocksSignalsOnItsOwnThreadsOnly) {
  Runtime runtime(1);
  runtime.start();
  const auto blocked = [] {
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return ::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGPIPE) == 1 &&
           ::sigismember(&mask, SIGCHLD) == 1;
  };
  EXPECT_TRUE(on_thread_of(runtime.io(), blocked));
  EXPECT_TRUE(on_thread_of(runtime.spawner(), blocked));
  EXPECT_FALSE(blocked());
}

TEST(RuntimeTest, NamesItsThreads) {
  Runtime runtime(1);
  runtime.start();
  const auto name = [] {
    char text[32] = {};
    ::pthread_getname_np(::pthread_self(), text, sizeof text);
    return std::string(text);
  };
  EXPECT_EQ(on_thread_of(runtime.io(), name), "escher-io");
  EXPECT_EQ(on_thread_of(runtime.spawner(), name), "escher-spawn");
}

TEST(RuntimeTest, JoinRunsAllPendingHandlers) {
  Runtime runtime(2);
  runtime.start();
  int done = 0;
  boost::asio::post(runtime.spawner(), [&] {
    boost::asio::post(runtime.io(), [&] { boost::asio::post(runtime.io(), [&] { ++done; }); });
  });
  runtime.join(false);
  EXPECT_EQ(done, 1);
  runtime.join(false);
}

TEST(RuntimeTest, JoinCanAbandonPendingOperations) {
  Runtime runtime(1);
  runtime.start();
  boost::asio::steady_timer timer(runtime.io(), std::chrono::hours(1));
  timer.async_wait([](const boost::system::error_code&) {});
  runtime.join(true);
}

TEST(RuntimeTest, HandlerWithoutMemoryDoesNotEndItsThread) {
  Runtime runtime(1);
  runtime.start();
  for (auto* context : {&runtime.io(), &runtime.spawner(), &runtime.worker()}) {
    boost::asio::post(*context, [] { throw std::bad_alloc(); });
    EXPECT_EQ(on_thread_of(*context, [] { return 7; }), 7);
  }
}

TEST(RuntimeTest, CanBeDestroyedWithoutAStart) { Runtime runtime(1); }

}  // namespace
}  // namespace escher::test
