#if defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "model/time.hpp"
#include "process/guard.hpp"
#include "process/posix/guard/session_table.hpp"
#include "process/posix/guard_image_linux.hpp"
#include "process/posix/spawn.hpp"
#include "process/posix/unique_fd.hpp"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace escher {
namespace {

using posix::SessionTable;

// Descriptors 0 to 2 are to become the guard's, so none of these may lie there.
UniqueFd above_stdio(UniqueFd fd) {
  if (!fd || fd.get() > 2) return fd;
  return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

// The program as a file that exists for the time of one launch only. In memory, so that no file
// system has to allow it; where the system forbids that, in the temporary directory.
class Program {
 public:
  Program() {
    if (!in_memory() && !in_file()) path_.clear();
  }
  ~Program() {
    if (!directory_.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(directory_, ignored);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Empty: it could be put nowhere.
  const std::string& path() const { return path_; }

 private:
  bool in_memory() {
    memory_ = UniqueFd(::memfd_create("escher-guard", MFD_CLOEXEC | MFD_EXEC));
    // Linux before 6.3 does not know the flag, and needs none.
    if (!memory_) memory_ = UniqueFd(::memfd_create("escher-guard", MFD_CLOEXEC));
    if (!memory_ || !write_all(memory_.get(), posix::guard_image())) return false;
    // By way of the host: the child has closed its descriptors when it calls execve.
    path_ = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(memory_.get());
    return ::access(path_.c_str(), X_OK) == 0;
  }

  bool in_file() {
    std::error_code error;
    directory_ = std::filesystem::temp_directory_path(error).string() + "/escher-guard-XXXXXX";
    if (error || ::mkdtemp(directory_.data()) == nullptr) {
      directory_.clear();
      return false;
    }
    path_ = directory_ + "/escher-guard";
    const UniqueFd file(
        ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700));
    return file && write_all(file.get(), posix::guard_image());
  }

  UniqueFd memory_;
  std::string directory_;
  std::string path_;
};

// The guard has made itself independent once this child of ours is gone. True = it did.
bool wait_detached(pid_t pid) {
  int status = 0;
  pid_t reaped;
  do {
    reaped = ::waitpid(pid, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  return reaped == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

// ---- The sessions.

struct Guard::Session::Slots {
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

  std::size_t take(int leader) {
    const std::lock_guard lock(mutex);
    std::size_t slot = kNone;
    if (!free.empty()) {
      slot = free.back();
      free.pop_back();
    } else if (table != nullptr && table->used < SessionTable::kSlots) {
      slot = table->used;
      std::atomic_ref(table->used).store(static_cast<std::uint32_t>(slot) + 1);
    }
    if (slot != kNone) std::atomic_ref(table->leaders[slot]).store(leader);
    return slot;
  }

  void give_back(std::size_t slot) {
    if (slot == kNone) return;
    const std::lock_guard lock(mutex);
    std::atomic_ref(table->leaders[slot]).store(0);
    free.push_back(slot);
  }

  const UniqueFd file;
  SessionTable* table = nullptr;
  // A leaf.
  std::mutex mutex;
  std::vector<std::size_t> free;
};

Guard::Session::Session(std::shared_ptr<Slots> slots, std::size_t slot)
    : slots_(std::move(slots)), slot_(slot) {}
Guard::Session::Session(Session&& other) noexcept
    : slots_(std::move(other.slots_)), slot_(other.slot_) {}
Guard::Session& Guard::Session::operator=(Session&& other) noexcept {
  std::swap(slots_, other.slots_);
  std::swap(slot_, other.slot_);
  return *this;
}
Guard::Session::~Session() {
  if (slots_) slots_->give_back(slot_);
}

// ---- The process.

class Guard::Impl {
 public:
  explicit Impl(std::string token) : token_(std::move(token)) {}

  void ensure(const std::string& group) {
    if (is_alive()) return;
    runs_ = false;
    lifeline_.reset();
    // Where nothing can be started now, that is not tried at every launch.
    const auto now = SteadyClock::now();
    if (now < next_try_) return;
    next_try_ = now + kPause;
    runs_ = start(group);
  }

  bool runs() const { return runs_; }
  const std::shared_ptr<Session::Slots>& slots() const { return slots_; }

 private:
  static constexpr auto kPause = std::chrono::seconds(1);

  // Its end of the pipe is closed once it is gone.
  bool is_alive() const {
    if (!lifeline_) return false;
    pollfd end{lifeline_.get(), 0, 0};
    return ::poll(&end, 1, 0) == 0;
  }

  bool start(const std::string& group) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    const UniqueFd read_end = above_stdio(UniqueFd(ends[0]));
    lifeline_ = above_stdio(UniqueFd(ends[1]));
    const UniqueFd null = above_stdio(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    const Program program;
    if (!read_end || !lifeline_ || !null || program.path().empty()) return stop();

    const std::string name = "escher-guard";
    // Not to be taken for one of the processes it looks for.
    char* argv[] = {const_cast<char*>(name.c_str()), const_cast<char*>(token_.c_str()),
                    const_cast<char*>(group.c_str()), nullptr};
    char* envp[] = {nullptr};
    posix::SpawnPlan plan;
    plan.executable = program.path().c_str();
    plan.argv = argv;
    plan.envp = envp;
    plan.stdio[0] = read_end.get();
    plan.stdio[1] = slots_->table != nullptr ? slots_->file.get() : null.get();
    plan.stdio[2] = null.get();
    const auto spawned = posix::spawn(plan);
    return (spawned.ok() && wait_detached(spawned.pid)) || stop();
  }

  bool stop() {
    lifeline_.reset();
    return false;
  }

  const std::string token_;
  const std::shared_ptr<Session::Slots> slots_ = std::make_shared<Session::Slots>();
  UniqueFd lifeline_;
  SteadyTime next_try_ = SteadyTime::min();
  std::atomic<bool> runs_{false};
};

Guard::Guard(std::string token) : impl_(std::make_unique<Impl>(std::move(token))) {}
Guard::~Guard() = default;
void Guard::ensure(const std::string& group) { impl_->ensure(group); }
bool Guard::runs() const { return impl_->runs(); }
Guard::Session Guard::watch(int leader) { return {impl_->slots(), impl_->slots()->take(leader)}; }

}  // namespace escher

#endif
