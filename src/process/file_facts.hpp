// Validation's questions, answered by the real file system. Any thread; may block on a slow disk.
#pragma once

#include "policy/file_facts.hpp"

namespace escher {

class SystemFileFacts final : public FileFacts {
 public:
  Kind kind(const std::string& path, const HostDirectory* from) const override;
  bool is_executable(const std::string& path, const HostDirectory* from) const override;
  std::optional<std::string> shebang(const std::string& path,
                                     const HostDirectory* from) const override;
};

}  // namespace escher
