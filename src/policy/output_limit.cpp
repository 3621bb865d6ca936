#include "policy/output_limit.hpp"

namespace escher {

std::string truncation_warning(std::string_view kept, Stream stream, std::uint64_t limit) {
  std::string warning;
  if (!kept.empty() && kept.back() != '\n') warning += '\n';
  warning += "[output truncated: ";
  warning += to_string(stream);
  warning += " exceeded " + std::to_string(limit) + " bytes]\n";
  return warning;
}

}  // namespace escher
