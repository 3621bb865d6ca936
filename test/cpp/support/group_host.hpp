// A helper process with a cgroup v2 of its own: a mount that nobody else sees, and in it a group in
// which the helper is alone, as a host is in one that was delegated to it. Or with none at all.
// Needs root.
#pragma once

#include <functional>
#include <string>

#include "stream/file_fixtures.hpp"
#include "support/helper_process.hpp"

namespace escher::test {

class GroupHost {
 public:
  enum class Groups : bool { none, own };

  // Gives what is told; the helper is there until it has ended by itself or was killed.
  GroupHost(Groups groups, const std::function<void(const HelperProcess::Channel&)>& body);
  // The groups are gone with it.
  ~GroupHost();

  // False: not root.
  bool is_there() { return first_line() == "there"; }
  std::string read_line();
  HelperProcess& process() { return helper_; }

  // In the helper: the directory of its group.
  static std::string own();

 private:
  const std::string& first_line();

  std::string first_line_;
  // Where the groups are mounted. The helper may be killed before it could take it away.
  const TemporaryDirectory directory_;
  HelperProcess helper_;
};

#define SKIP_WITHOUT_ROOT(host) \
  if (!(host).is_there()) GTEST_SKIP() << "a mount of its own needs root"

}  // namespace escher::test
