// The positions of the line ends in the texts of a turn, in one Uint32Array that every turn fills
// anew. Cutting at known positions is twice as fast as String.prototype.split, and an array for
// each batch would cost more than it saves. JavaScript thread; owned by an event channel.
#pragma once

#include <napi.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace escher::binding {

class LineEnds {
 public:
  explicit LineEnds(Napi::Env env)
      : array_(Napi::Persistent(Napi::Uint32Array::New(env, kCapacity))) {}

  void begin_turn() { used_ = 0; }

  // Returns the index of the first one in the array; -1 if there are none, or no room.
  double add(const std::vector<std::uint32_t>& ends) {
    if (ends.empty() || ends.size() > kCapacity - used_) return -1;
    std::copy(ends.begin(), ends.end(), array_.Value().Data() + used_);
    const auto at = static_cast<double>(used_);
    used_ += ends.size();
    return at;
  }

  Napi::Uint32Array array() const { return array_.Value(); }

 private:
  // Enough for a turn with lines of eight bytes. JavaScript splits texts with shorter lines itself.
  static constexpr std::size_t kCapacity = 64 * 1024;

  Napi::Reference<Napi::Uint32Array> array_;
  std::size_t used_ = 0;
};

}  // namespace escher::binding
