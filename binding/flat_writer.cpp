#include "flat_writer.hpp"

#include <cstdint>

namespace escher::binding {

Napi::Array FlatWriter::array() const {
  auto array = Napi::Array::New(env_, values_.size());
  for (std::uint32_t i = 0; i < values_.size(); ++i) array.Set(i, values_[i]);
  return array;
}

void FlatWriter::call(const Napi::Function& function, napi_value first) const {
  std::vector<napi_value> arguments{first};
  arguments.insert(arguments.end(), values_.begin(), values_.end());
  function.Call(arguments);
}

void FlatWriter::put(const std::string& text) {
  text.empty() ? null() : put(Napi::String::New(env_, text));
}

}  // namespace escher::binding
