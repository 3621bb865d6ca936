// The calls that Boost.Process v2 makes of a launcher, for the launchers that replace its own. The
// derived class has
//
//   LaunchOutcome launch(path, argv, inits&...)
//
// which sets `pid`, and which the engine calls directly: a basic_process kills and waits in its
// destructor, blocks an io thread in waitpid after a spurious readiness, and does not give its
// pidfd out.
#pragma once

#include <boost/asio/execution/executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/is_executor.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "process/boost_process.hpp"
#include "process/posix/initializers.hpp"
#include "process/posix/launch_outcome.hpp"

namespace escher::posix {

template <typename Context>
concept ExecutionContext = std::is_convertible_v<Context&, boost::asio::execution_context&>;

template <typename Executor>
concept AsioExecutor = boost::asio::execution::is_executor<Executor>::value ||
    boost::asio::is_executor<Executor>::value;

template <typename Derived>
class Launcher : public v2::posix::default_launcher {
 public:
  // The name of the step that failed in the last call; null if it succeeded. The error code alone
  // does not distinguish a missing program from a missing working directory.
  const char* failed_step() const { return failed_step_; }

  template <ExecutionContext Context, typename Args, typename... Inits>
  auto operator()(Context& context, const Path& executable, Args&& args, Inits&&... inits)
      -> v2::basic_process<typename Context::executor_type> {
    return (*this)(context.get_executor(), executable, std::forward<Args>(args),
                   std::forward<Inits>(inits)...);
  }

  template <ExecutionContext Context, typename Args, typename... Inits>
  auto operator()(Context& context, ErrorCode& error, const Path& executable, Args&& args,
                  Inits&&... inits) -> v2::basic_process<typename Context::executor_type> {
    return (*this)(context.get_executor(), error, executable, std::forward<Args>(args),
                   std::forward<Inits>(inits)...);
  }

  template <AsioExecutor Executor, typename Args, typename... Inits>
  auto operator()(Executor executor, const Path& executable, Args&& args, Inits&&... inits)
      -> v2::basic_process<Executor> {
    ErrorCode error;
    auto process = (*this)(std::move(executor), error, executable, std::forward<Args>(args),
                           std::forward<Inits>(inits)...);
    if (error) throw boost::system::system_error(error, failed_step_);
    return process;
  }

  // Like the library's own launchers it closes all descriptors that are not in `fd_whitelist`,
  // after the initializers.
  template <AsioExecutor Executor, typename Args, typename... Inits>
  auto operator()(Executor executor, ErrorCode& error, const Path& executable, Args&& args,
                  Inits&&... inits) -> v2::basic_process<Executor> {
    // A bound launcher is called more than once; the base class appends.
    argv_.clear();
    argv_buffer_.clear();
    const CommandLine argv = build_argv_(executable, std::forward<Args>(args));
    CloseDescriptors rest;
    LaunchOutcome outcome = static_cast<Derived&>(*this).launch(executable, argv, inits..., rest);
    failed_step_ = outcome.failed_step;
    error.clear();
    if (!outcome.ok()) {
      error.assign(outcome.os_error, boost::system::system_category());
      return v2::basic_process<Executor>(executor);
    }
    if (!outcome.pidfd) return v2::basic_process<Executor>(executor, outcome.pid);
    return v2::basic_process<Executor>(executor, outcome.pid, outcome.pidfd.release());
  }

 protected:
  // What initializers set in the launcher is for one launch.
  class OneLaunch {
   public:
    explicit OneLaunch(Launcher& launcher)
        : launcher_(launcher), env_(launcher.env), kept_(launcher.fd_whitelist.size()) {
      launcher_.pid = -1;
    }
    ~OneLaunch() {
      launcher_.env = env_;
      launcher_.fd_whitelist.resize(kept_);
    }
    OneLaunch(const OneLaunch&) = delete;
    OneLaunch& operator=(const OneLaunch&) = delete;

   private:
    Launcher& launcher_;
    const char* const* env_;
    std::size_t kept_;
  };

 private:
  const char* failed_step_ = nullptr;
};

}  // namespace escher::posix
