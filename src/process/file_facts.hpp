// Validation's questions, answered by the real file system. Any thread; may block on a slow disk.
#pragma once

#include "policy/validation.hpp"

namespace escher {

class SystemFileFacts final : public FileFacts {
 public:
  Kind kind(const std::string& path) const override;
  bool is_executable(const std::string& path) const override;
  bool has_shebang(const std::string& path) const override;
};

}  // namespace escher
