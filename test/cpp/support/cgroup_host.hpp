// A helper process with its own mount of cgroup v2, which no other process can see. The helper is
// the only process in its group, like a host in a delegated group. Or a helper process without any
// cgroup v2. Needs root.
#pragma once

#include <functional>
#include <string>

#include "output/file_fixtures.hpp"
#include "support/helper_process.hpp"

namespace escher::test {

class CgroupHost {
 public:
  enum class Groups : bool { none, own };

  // `body` runs in the helper process and sends its results as lines.
  CgroupHost(Groups groups, const std::function<void(const HelperProcess::Channel&)>& body);
  // Kills the helper process and removes its groups.
  ~CgroupHost();

  // False without root.
  bool is_ready() { return first_line() == "ready"; }
  std::string read_line();
  HelperProcess& process() { return helper_; }

  // In the helper process: the directory of its group.
  static std::string own();

 private:
  const std::string& first_line();

  std::string first_line_;
  // The mount point. The test removes it, because the helper process can be killed.
  const TemporaryDirectory directory_;
  HelperProcess helper_;
};

#define SKIP_WITHOUT_ROOT(host) \
  if (!(host).is_ready()) GTEST_SKIP() << "mounting a cgroup v2 needs root"

}  // namespace escher::test
