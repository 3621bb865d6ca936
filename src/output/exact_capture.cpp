#include "output/exact_capture.hpp"

#include <utility>

#include "output/utf8.hpp"
#include "policy/output_limit.hpp"

namespace escher {

ExactCapture::ExactCapture(std::uint64_t limit, bool warns)
    : limit_(limit), warns_(warns), buffers_{OutputBuffer(limit), OutputBuffer(limit)} {}

std::shared_ptr<const ExactOutput> ExactCapture::finish() {
  auto output = std::make_shared<ExactOutput>();
  for (const Stream stream : kStreams) {
    const auto i = index_of(stream);
    OutputBuffer& buffer = buffers_[i];
    output->total_bytes[i] = buffer.total();
    output->truncated[i] = buffer.over_limit();
    Bytes kept = buffer.take();
    if (output->truncated[i]) {
      kept.truncate(cut_on_code_point(kept.view()));
      if (warns_) kept.append(truncation_warning(kept.view(), stream, limit_));
    }
    output->ascii[i] = is_ascii(kept.view());
    output->bytes[i] = std::move(kept);
  }
  return output;
}

}  // namespace escher
