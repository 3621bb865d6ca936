// Redacts output that was kept before its secret was known. Pure; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "model/result.hpp"
#include "output/redaction/redactor.hpp"

namespace escher {

// The text of both streams, and the order in which it came.
struct KeptOutput {
  std::string bytes[kStreamCount];
  OutputTimeline timeline;
};

KeptOutput redact_kept(const std::string_view (&bytes)[kStreamCount],
                       const OutputTimeline& timeline, const Redactor& redactor);

// The same of captured output; null if there is no secret in it. The exact output stays.
std::shared_ptr<const CapturedOutput> redact_captured(const CapturedOutput& output,
                                                      const Redactor& redactor);

}  // namespace escher
