// The hooks of Boost.Process v2's launcher protocol, called for a list of initializers. Written
// with `requires`, so that no name of the library's detail namespaces is used. An initializer may
// be a std::optional: an empty one is skipped.
#pragma once

#include <optional>
#include <type_traits>

#include "process/boost_process.hpp"

namespace escher::posix {

template <typename Init>
inline constexpr bool is_optional_initializer = false;
template <typename Init>
inline constexpr bool is_optional_initializer<std::optional<Init>> = true;

// What every hook is called with. `argv` is a reference, since `on_setup` may replace it.
template <typename Launcher>
struct LaunchContext {
  Launcher& launcher;
  const v2::filesystem::path& executable;
  const char* const*& argv;

  // Stops at the first error.
  template <typename... Inits>
  v2::error_code on_setup(Inits&... inits) const {
    v2::error_code ec;
    static_cast<void>((!(ec = on_setup_of(inits)) && ...));
    return ec;
  }

  template <typename... Inits>
  void on_success(Inits&... inits) const {
    (visit(inits,
           [this](auto& init) {
             if constexpr (requires { init.on_success(launcher, executable, argv); }) {
               init.on_success(launcher, executable, argv);
             }
           }),
     ...);
  }

  template <typename... Inits>
  void on_error(const v2::error_code& ec, Inits&... inits) const {
    (visit(inits,
           [this, &ec](auto& init) {
             if constexpr (requires { init.on_error(launcher, executable, argv, ec); }) {
               init.on_error(launcher, executable, argv, ec);
             }
           }),
     ...);
  }

  // No child could be created.
  template <typename... Inits>
  void on_fork_error(const v2::error_code& ec, Inits&... inits) const {
    (visit(inits,
           [this, &ec](auto& init) {
             if constexpr (requires { init.on_fork_error(launcher, executable, argv, ec); }) {
               init.on_fork_error(launcher, executable, argv, ec);
             }
           }),
     ...);
  }

  // The child failed before or in execve. Called in the host: the library calls it in the child,
  // where nothing may be allocated.
  template <typename... Inits>
  void on_exec_error(const v2::error_code& ec, Inits&... inits) const {
    (visit(inits,
           [this, &ec](auto& init) {
             if constexpr (requires { init.on_exec_error(launcher, executable, argv, ec); }) {
               init.on_exec_error(launcher, executable, argv, ec);
             }
           }),
     ...);
  }

 private:
  template <typename Init, typename Hook>
  static void visit(Init& init, const Hook& hook) {
    if constexpr (is_optional_initializer<std::remove_const_t<Init>>) {
      if (init) hook(*init);
    } else {
      hook(init);
    }
  }

  template <typename Init>
  v2::error_code on_setup_of(Init& init) const {
    v2::error_code ec;
    visit(init, [&](auto& present) {
      if constexpr (requires { present.on_setup(launcher, executable, argv); }) {
        ec = present.on_setup(launcher, executable, argv);
      }
    });
    return ec;
  }
};

}  // namespace escher::posix
