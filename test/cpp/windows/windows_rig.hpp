// An engine on Windows, for tests that run whole commands there.
#pragma once

#include <gtest/gtest.h>
#include <windows.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "model/windows/native.hpp"
#include "support/recording_sink.hpp"

namespace escher::test {

inline std::string own_folder() {
  wchar_t path[MAX_PATH];
  const DWORD size = ::GetModuleFileNameW(nullptr, &path[0], MAX_PATH);
  const std::string file = windows::utf8({&path[0], size});
  return file.substr(0, file.rfind('\\'));
}

inline Environment own_environment() {
  Environment entries;
  wchar_t* const block = ::GetEnvironmentStringsW();
  for (const wchar_t* entry = block; *entry != L'\0'; entry += std::wcslen(entry) + 1) {
    entries.push_back(windows::utf8(entry));
  }
  ::FreeEnvironmentStringsW(block);
  return entries;
}

inline bool is_running(int pid) {
  const windows::UniqueHandle process(::OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid)));
  return process && ::WaitForSingleObject(process.get(), 0) == WAIT_TIMEOUT;
}

// A new directory, removed with everything in it.
class Folder {
 public:
  Folder() : path_(own_folder() + "\\test-" + format_id(random_id())) {
    ::CreateDirectoryW(windows::wide(path_).c_str(), nullptr);
  }
  ~Folder() { remove(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + '\\' + name; }
  const std::string& path() const { return path_; }

 private:
  static void remove(const std::string& path) {
    WIN32_FIND_DATAW found = {};
    const HANDLE search = ::FindFirstFileW(windows::wide(path + "\\*").c_str(), &found);
    do {
      const std::string name = windows::utf8(&found.cFileName[0]);
      if (name == "." || name == "..") continue;
      const bool is_directory = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
      if (is_directory) remove(path + '\\' + name);
      ::DeleteFileW(windows::wide(path + '\\' + name).c_str());
    } while (::FindNextFileW(search, &found) != 0);
    ::FindClose(search);
    ::RemoveDirectoryW(windows::wide(path).c_str());
  }

  const std::string path_;
};

inline std::string content_of(const std::string& path) {
  const windows::UniqueHandle file(::CreateFileW(
      windows::wide(path).c_str(), GENERIC_READ,
      FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING, 0, nullptr));
  std::string text;
  char block[4096];
  DWORD got = 0;
  while (file && ::ReadFile(file.get(), block, sizeof block, &got, nullptr) != 0 && got > 0) {
    text.append(block, got);
  }
  return text;
}

inline void write_file(const std::string& path, const std::string& text) {
  const windows::UniqueHandle file(::CreateFileW(windows::wide(path).c_str(), GENERIC_WRITE, 0,
                                                 nullptr, CREATE_ALWAYS, 0, nullptr));
  DWORD written = 0;
  ::WriteFile(file.get(), text.data(), static_cast<DWORD>(text.size()), &written, nullptr);
}

class WindowsEngineTest : public testing::Test {
 protected:
  using ResultPtr = std::shared_ptr<const ExecutionResult>;

  WindowsEngineTest() {
    // A test that waits for one of these periods sets it.
    config.force_kill_after = kForever;
    config.drain_grace = kForever;
  }
  void TearDown() override { end(); }

  void start() {
    auto created = Engine::create(config, sink);
    if (!created) throw std::runtime_error(created.error().message);
    engine = std::move(*created);
    engine->watch_all(true);
  }
  void end() {
    if (!engine) return;
    engine->abort(std::chrono::seconds(20));
    engine->join();
    engine.reset();
  }

  static ExecutionRequest request(Command command) {
    static std::atomic<std::uint64_t> tokens{0};
    static const auto environment = std::make_shared<const Environment>(own_environment());
    ExecutionRequest request;
    request.token = ++tokens;
    request.id = format_id(random_id());
    request.command = std::move(command);
    request.inherited_env = environment;
    return request;
  }
  static ExecutionRequest puppet(std::vector<std::string> arguments) {
    return request(ExecCommand{own_folder() + "\\puppet.exe", std::move(arguments)});
  }
  static ExecutionRequest shell(std::string command) {
    return request(ShellCommand{std::move(command), {}});
  }

  template <typename Fact>
  void wait_until(const std::string& what, Fact fact) {
    sink.wait(what, fact, [this](std::unique_lock<std::mutex>& lock) {
      const auto owed = sink.take_owed();
      if (owed.empty()) return false;
      lock.unlock();
      for (const auto& [token, bytes] : owed) engine->release(token, bytes);
      lock.lock();
      return true;
    });
  }

  template <typename T, typename Call>
  Result<T> ask(Call call) {
    auto answer = std::make_shared<std::optional<Result<T>>>();
    call([this, answer](Result<T> result) {
      sink.change([&] { answer->emplace(std::move(result)); });
    });
    wait_until("an answer", [&] { return answer->has_value(); });
    return std::move(**answer);
  }

  Result<void> try_submit(ExecutionRequest request) {
    return ask<void>([&](auto handler) { engine->execute(std::move(request), handler); });
  }
  // The token of the execution.
  std::uint64_t submit(ExecutionRequest request) {
    const std::uint64_t token = request.token;
    const auto admitted = try_submit(std::move(request));
    if (!admitted) throw std::runtime_error("not admitted: " + admitted.error().message);
    return token;
  }
  ResultPtr wait_finished(std::uint64_t token) {
    ResultPtr result;
    wait_until("finished", [&] { return (result = sink.seen(token).result) != nullptr; });
    return result;
  }
  ResultPtr run(ExecutionRequest request) { return wait_finished(submit(std::move(request))); }

  std::string text(std::uint64_t token, Stream stream = Stream::out) {
    std::string text;
    sink.change([&] { text = sink.seen(token).text(stream); });
    return text;
  }
  std::string kept(const ResultPtr& result, Stream stream = Stream::out) {
    const auto record = engine->record({format_id(result->id), {}});
    return record ? std::string(record->output->bytes[index_of(stream)].view()) : std::string();
  }
  // The pid in the first line.
  int wait_pid(std::uint64_t token) {
    wait_until("a pid", [&] { return sink.seen(token).text().find('\n') != std::string::npos; });
    return std::stoi(text(token));
  }
  static void wait_gone(int pid) {
    look_until("the end of process " + std::to_string(pid), [pid] { return !is_running(pid); });
  }

  Config config;
  RecordingSink sink;
  std::unique_ptr<Engine> engine;
};

}  // namespace escher::test
