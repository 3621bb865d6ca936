#include "process/watchdog.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "model/time.hpp"
#include "process/boost_process.hpp"
#include "process/linux/launch/clone_launcher.hpp"
#include "process/linux/proc/process_entry.hpp"
#include "process/linux/watchdog/session_table.hpp"
#include "process/linux/watchdog/watchdog_file.hpp"
#include "process/posix/initializers.hpp"
#include "process/posix/unique_fd.hpp"
#include "process/process_table.hpp"

namespace escher {
namespace {

using posix::SessionTable;

struct Descriptors {
  int in, out, err;
};

// Descriptors 0 to 2 become the watchdog's stdio, so none of their sources may be one of them.
UniqueFd above_stdio(UniqueFd fd) {
  if (!fd || fd.get() > 2) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

// The child forks the watchdog and exits. True if it succeeded.
bool wait_detached(pid_t pid) {
  int status = 0;
  pid_t reaped;
  do {
    reaped = ::waitpid(pid, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  return reaped == pid && v2::evaluate_exit_code(status) == 0;
}

// The watchdog reads the table at any moment. The C++ libraries of some compilers have no
// atomic_ref.
template <typename Value>
void store(Value& place, Value value) {
  __atomic_store_n(&place, value, __ATOMIC_SEQ_CST);
}

}  // namespace

// ---- The sessions.

struct Watchdog::Session::Slots {
  Slots() : file(above_stdio(UniqueFd(::memfd_create("escher-sessions", MFD_CLOEXEC)))) {
    if (!file || ::ftruncate(file.get(), sizeof(SessionTable)) != 0) return;
    void* memory =
        ::mmap(nullptr, sizeof(SessionTable), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory != MAP_FAILED) table = static_cast<SessionTable*>(memory);
  }
  ~Slots() {
    if (table != nullptr) ::munmap(table, sizeof(SessionTable));
  }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  static constexpr std::size_t kNone = SessionTable::kSlots;

  std::size_t take(int leader, std::uint64_t since) {
    const std::lock_guard lock(mutex);
    std::size_t slot = kNone;
    if (!free.empty()) {
      slot = free.back();
      free.pop_back();
    } else if (table != nullptr && table->used < SessionTable::kSlots) {
      slot = table->used;
      store(table->used, static_cast<std::uint32_t>(slot) + 1);
    }
    if (slot == kNone) return slot;
    table->slots[slot].since = since;
    table->slots[slot].until = current_tick();
    store(table->slots[slot].leader, leader);
    return slot;
  }

  void give_back(std::size_t slot) {
    if (slot == kNone) return;
    const std::lock_guard lock(mutex);
    store(table->slots[slot].leader, 0);
    free.push_back(slot);
  }

  const UniqueFd file;
  SessionTable* table = nullptr;
  // No other mutex is acquired while it is held.
  std::mutex mutex;
  std::vector<std::size_t> free;
};

Watchdog::Session::Session(std::shared_ptr<Slots> slots, std::size_t slot)
    : slots_(std::move(slots)), slot_(slot) {}
Watchdog::Session::Session(Session&& other) noexcept
    : slots_(std::move(other.slots_)), slot_(other.slot_) {}
Watchdog::Session& Watchdog::Session::operator=(Session&& other) noexcept {
  std::swap(slots_, other.slots_);
  std::swap(slot_, other.slot_);
  return *this;
}
Watchdog::Session::~Session() {
  if (slots_) slots_->give_back(slot_);
}

// ---- The process.

class Watchdog::Impl {
 public:
  explicit Impl(std::string token) : token_(std::move(token)) {}

  bool ensure(const std::string& group) {
    if (is_alive()) return true;
    // After a failed start there is a pause, so that not every launch repeats it.
    const auto now = SteadyClock::now();
    if (now < next_try_) return false;
    next_try_ = now + kPause;
    UniqueFd lifeline = start(group);
    if (!lifeline) return false;
    const int descriptor = lifeline.get();
    {
      const std::lock_guard lock(mutex_);
      lifeline_ = std::move(lifeline);
      sees_processes_ = posix::sees_own_process();
    }
    if (on_start_) on_start_(descriptor);
    return true;
  }

  void on_start(std::function<void(int)> handler) { on_start_ = std::move(handler); }

  bool runs() const {
    const std::lock_guard lock(mutex_);
    return sees_processes_ && is_open();
  }
  const std::shared_ptr<Session::Slots>& slots() const { return slots_; }

 private:
  static constexpr auto kPause = std::chrono::seconds(1);

  bool is_alive() const {
    const std::lock_guard lock(mutex_);
    return is_open();
  }

  // The reading end of the pipe is closed when the watchdog has ended.
  bool is_open() const {
    if (!lifeline_) return false;
    pollfd end{lifeline_.get(), 0, 0};
    return ::poll(&end, 1, 0) == 0;
  }

  // The writing end of the pipe to the process.
  UniqueFd start(const std::string& group) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    const UniqueFd read_end = above_stdio(UniqueFd(ends[0]));
    UniqueFd write_end = above_stdio(UniqueFd(ends[1]));
    const UniqueFd null = above_stdio(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    if (!read_end || !write_end || !null) return {};
    const Descriptors descriptors{
        read_end.get(), slots_->table != nullptr ? slots_->file.get() : null.get(), null.get()};
    for (const auto place : {posix::WatchdogFile::memory, posix::WatchdogFile::directory}) {
      const posix::WatchdogFile file(place);
      if (file.is_there() && launch(file, group, descriptors)) return write_end;
    }
    return {};
  }

  bool launch(const posix::WatchdogFile& file, const std::string& group,
              const Descriptors& stdio) const {
    const char* const argv[] = {"escher-watchdog", token_.c_str(), group.c_str(), since_.c_str(),
                                nullptr};
    const posix::Path executable(file.path());
    // Without a marker, so that the watchdog is not one of the processes it looks for.
    v2::process_environment environment(std::vector<v2::cstring_ref>{});
    posix::DefaultSignals signals;
    posix::NewSession session;
    posix::BoundToHost bound_to_host;
    v2::process_stdio descriptors{stdio.in, stdio.out, stdio.err};
    posix::CloseDescriptors close_others;
    posix::UnblockedSignals unblocked;
    posix::ExecuteDescriptor execute{file.descriptor()};
    const auto child =
        posix::CloneLauncher().launch(executable, argv, environment, signals, session,
                                      bound_to_host, descriptors, close_others, unblocked, execute);
    return child.ok() && wait_detached(child.pid);
  }

  const std::string token_;
  // Commands are started later.
  const std::string since_ = std::to_string(current_tick());
  const std::shared_ptr<Session::Slots> slots_ = std::make_shared<Session::Slots>();

  // Spawn thread only.
  SteadyTime next_try_ = SteadyTime::min();
  std::function<void(int)> on_start_;

  // No other mutex is acquired while it is held.
  mutable std::mutex mutex_;
  UniqueFd lifeline_;
  bool sees_processes_ = false;
};

Watchdog::Watchdog(std::string token) : impl_(std::make_unique<Impl>(std::move(token))) {}
Watchdog::~Watchdog() = default;
bool Watchdog::ensure(const std::string& group) { return impl_->ensure(group); }
void Watchdog::on_start(std::function<void(int)> handler) { impl_->on_start(std::move(handler)); }
bool Watchdog::runs() const { return impl_->runs(); }
Watchdog::Session Watchdog::watch(int leader, std::uint64_t since) {
  return {impl_->slots(), impl_->slots()->take(leader, since)};
}

}  // namespace escher
