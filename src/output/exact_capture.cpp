#include "output/exact_capture.hpp"

#include <utility>

#include "output/utf8.hpp"

namespace escher {

std::shared_ptr<const ExactOutput> ExactCapture::finish(ExecutionResult& result) {
  auto output = std::make_shared<ExactOutput>();
  for (const Stream stream : kStreams) {
    const auto i = index_of(stream);
    OutputBuffer& buffer = buffers_[i];
    StreamSummary& summary = result.streams[i];
    summary.exact_bytes = buffer.total();
    summary.exact_truncated = buffer.over_limit();
    Bytes kept = buffer.take();
    if (summary.exact_truncated) kept.truncate(cut_on_code_point(kept.view()));
    output->ascii[i] = is_ascii(kept.view());
    output->bytes[i] = std::move(kept);
  }
  return output;
}

}  // namespace escher
