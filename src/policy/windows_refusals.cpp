#include "policy/windows_refusals.hpp"

#include <string>

namespace escher::windows {

std::optional<Error> refuse_unsupported(const ProcessLimits& limits, std::optional<unsigned> uid,
                                        std::optional<unsigned> gid) {
  const struct {
    bool is_set;
    const char* field;
    const char* instead;
  } fields[] = {
      {uid.has_value(), "uid", ""},
      {gid.has_value(), "gid", ""},
      {limits.umask.has_value(), "umask", ""},
      {limits.nice.has_value(), "limits.nice", ""},
      {limits.address_space_bytes.has_value(), "limits.addressSpaceBytes",
       "; \"limits.memoryMax\" limits the memory of the process tree"},
      {limits.file_size_bytes.has_value(), "limits.fileSizeBytes", ""},
      {limits.open_files.has_value(), "limits.openFiles", ""},
      {limits.processes.has_value(), "limits.processes",
       "; \"limits.pidsMax\" limits the processes of the tree"},
      {limits.core_bytes.has_value(), "limits.coreBytes", ""},
  };
  for (const auto& [is_set, field, instead] : fields) {
    if (!is_set) continue;
    return errors::validation(
        ValidationReason::unsupported_limit,
        "\"" + std::string(field) + "\" is not supported on Windows" + instead);
  }
  return std::nullopt;
}

}  // namespace escher::windows
