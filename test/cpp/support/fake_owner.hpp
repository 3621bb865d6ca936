// A PartOwner for tests of single parts of an execution. It records the inputs that the part feeds.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

#include "execution/part_owner.hpp"

namespace escher::test {

class FakeOwner final : public PartOwner {
 public:
  explicit FakeOwner(const Strand& strand) : strand_(strand) {}

  const Strand& strand() const override { return strand_; }
  std::shared_ptr<void> keep_alive() override { return life_; }
  void feed(Input input) override {
    inputs.push_back(input);
    if (on_feed) on_feed(input);
  }

  bool was_fed(Input input) const {
    return std::find(inputs.begin(), inputs.end(), input) != inputs.end();
  }
  // Whether a pending operation keeps the owner alive.
  bool is_held() const { return life_.use_count() > 1; }

  std::vector<Input> inputs;
  std::function<void(Input)> on_feed;

 private:
  const Strand strand_;
  const std::shared_ptr<int> life_ = std::make_shared<int>();
};

}  // namespace escher::test
