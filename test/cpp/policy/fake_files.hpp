// A file system in memory, and requests for it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/request.hpp"
#include "policy/file_facts.hpp"

namespace escher::test {

class FakeFiles : public FileFacts {
 public:
  FakeFiles& directory(const std::string& path) { return add(path, {Kind::directory, false, {}}); }
  FakeFiles& file(const std::string& path) { return add(path, {Kind::file, false, {}}); }
  FakeFiles& fifo(const std::string& path) { return add(path, {Kind::other, false, {}}); }
  FakeFiles& executable(const std::string& path) { return add(path, {Kind::file, true, {}}); }
  FakeFiles& script(const std::string& path, bool executable,
                    const std::string& shebang = "/bin/sh") {
    return add(path, {Kind::file, executable, shebang});
  }

  Kind kind(const std::string& path, const HostDirectory*) const override { return at(path).kind; }
  bool is_executable(const std::string& path, const HostDirectory*) const override {
    return at(path).executable;
  }
  std::optional<std::string> shebang(const std::string& path, const HostDirectory*) const override {
    return at(path).shebang;
  }

 private:
  struct Facts {
    Kind kind = Kind::missing;
    bool executable = false;
    std::optional<std::string> shebang = {};
  };

  // `/srv/./x` is `/srv/x`.
  static std::string normal(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
  }

  FakeFiles& add(const std::string& path, Facts facts) {
    facts_[normal(path)] = facts;
    return *this;
  }
  Facts at(const std::string& path) const {
    const auto found = facts_.find(normal(path));
    return found == facts_.end() ? Facts{} : found->second;
  }

  std::map<std::string, Facts> facts_;
};

inline constexpr const char* kSomeId = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";

inline ExecutionRequest request_for(Command command) {
  ExecutionRequest request;
  request.id = kSomeId;
  request.command = std::move(command);
  request.inherited_env = std::make_shared<Environment>(Environment{"PATH=/bin", "HOME=/home/me"});
  return request;
}

}  // namespace escher::test
