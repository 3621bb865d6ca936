#include "output/redaction/kept_redaction.hpp"

#include <algorithm>
#include <utility>

#include "output/utf8.hpp"

namespace escher {

KeptOutput redact_kept(const std::string_view (&bytes)[kStreamCount],
                       const OutputTimeline& timeline, const Redactor& redactor) {
  KeptOutput kept;
  std::string_view rest[kStreamCount] = {bytes[0], bytes[1]};
  RedactingStream streams[kStreamCount] = {RedactingStream(redactor), RedactingStream(redactor)};
  const auto take = [&](Stream stream, std::uint64_t length) {
    const std::size_t i = index_of(stream);
    std::string& out = kept.bytes[i];
    const std::size_t before = out.size();
    const std::string_view run = rest[i].substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(length, rest[i].size())));
    rest[i].remove_prefix(run.size());
    const auto append = [&out](std::string_view piece) { out += piece; };
    streams[i].feed(run, append);
    if (rest[i].empty()) streams[i].finish(append);
    kept.timeline.add(stream, out.size() - before);
  };
  for (const auto& run : timeline.runs()) take(run.stream, run.bytes);
  for (const Stream stream : kStreams) take(stream, rest[index_of(stream)].size());
  return kept;
}

std::shared_ptr<const CapturedOutput> redact_captured(const CapturedOutput& output,
                                                      const Redactor& redactor) {
  KeptOutput kept =
      redact_kept({output.bytes[0].view(), output.bytes[1].view()}, output.timeline, redactor);
  if (kept.bytes[0] == output.bytes[0].view() && kept.bytes[1] == output.bytes[1].view()) {
    return nullptr;
  }
  auto redacted = std::make_shared<CapturedOutput>();
  redacted->of_terminal = output.of_terminal;
  redacted->timeline = std::move(kept.timeline);
  redacted->exact = output.exact;
  for (std::size_t i = 0; i < kStreamCount; ++i) {
    redacted->bytes[i] = Bytes(kept.bytes[i]);
    redacted->bytes[i].shrink();
    redacted->ascii[i] = is_ascii(kept.bytes[i]);
  }
  return redacted;
}

}  // namespace escher
