// For tests of parts that handle a process tree: a child, and a scanner that reads the process
// table on the thread of the test.
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "execution/execution_tree.hpp"
#include "execution/tree_scanner.hpp"
#include "model/id.hpp"
#include "policy/marker.hpp"
#include "support/fake_owner.hpp"
#include "support/process_rig.hpp"

namespace escher::test {

class TreeRig : public ProcessRig {
 protected:
  // Launches the puppet as the execution `id`, and attaches it to the tree. Returns its first line.
  std::string launch_tree(std::vector<std::string> arguments) {
    return attach(puppet_command(std::move(arguments)));
  }
  std::string launch_shell(std::string script) {
    return attach({"/bin/sh", {"sh", "-c", std::move(script)}, own_environment()});
  }

  void run_until_fed(Input input) {
    run_until("the input", [&] { return owner.was_fed(input); });
  }

  void TearDown() override {
    if (!tree.has_process()) return;
    on_strand([&] {
      tree.signal_group(SIGKILL);
      if (!owner.was_fed(Input::exited)) tree.wait_exit();
    });
    run_until_fed(Input::exited);
    on_strand([&] {
      tree.reap();
      tree.release(true);
    });
  }

  const ExecutionId id = random_id();
  const Marker marker{""};
  TreeScanner scanner{io, marker};
  FakeOwner owner{strand};
  ExecutionTree tree{owner, scanner, id};
  std::shared_ptr<Collector> collector = std::make_shared<Collector>();

 private:
  std::string attach(const ResolvedCommand& command) {
    LaunchOptions options;
    options.marker = marker.entry_for(id);
    auto launched = launch(strand, command, options);
    if (!launched) throw std::runtime_error(launched.error().message);
    pipe_.emplace(std::move(launched->out));
    on_strand([&] { tree.attach(std::move(launched->process), std::nullopt); });
    return read_line(*pipe_, collector);
  }

  std::optional<OutputPipe> pipe_;
};

}  // namespace escher::test
