// What the parts of an execution (its output, tree, termination, drain) know of the whole. They are
// members of it and are used on its strand. Implemented by Execution, and by a fake in the tests.
#pragma once

#include <boost/asio/post.hpp>
#include <memory>
#include <utility>

#include "policy/lifecycle.hpp"
#include "process/strand.hpp"

namespace escher {

class PartOwner {
 public:
  virtual const Strand& strand() const = 0;
  // Keeps the owner, and so its parts, alive while an operation is pending.
  virtual std::shared_ptr<void> keep_alive() = 0;
  // Passes an observation to the lifecycle machine and performs the actions it asks for. May finish
  // the execution before it returns.
  virtual void feed(Input input) = 0;

 protected:
  ~PartOwner() = default;
};

// `part` as a pointer that keeps its owner alive.
template <typename Part>
std::shared_ptr<Part> keep_alive(PartOwner& owner, Part* part) {
  return std::shared_ptr<Part>(owner.keep_alive(), part);
}

}  // namespace escher
