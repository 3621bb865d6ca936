#include "output/redaction/redaction_chain.hpp"

#include <algorithm>

namespace escher {

RedactionChain::RedactionChain(const std::optional<Redactor>& redactor, bool has_sequences)
    : has_sequences_(has_sequences), all_(redactor) {
  if (redactor) streams_.emplace_back(*redactor);
}

void RedactionChain::add(const Redactor& all, const Redactor& added) {
  all_ = all;
  streams_.emplace_back(added);
  join();
}

void RedactionChain::feed(std::string_view bytes, const Sink& sink) {
  feed_from(0, bytes, sink);
  join();
}

void RedactionChain::feed_from(std::size_t index, std::string_view bytes, const Sink& sink) {
  if (index == streams_.size()) return sink(bytes);
  const bool is_sequence = has_sequences_ && bytes.starts_with('\x1B');
  RedactingStream& stream = streams_[index];
  const auto pass = [&](const Sink& next) {
    return is_sequence ? stream.pass_through(bytes, next) : stream.feed(bytes, next);
  };
  if (index + 1 == streams_.size()) return pass(sink);
  pass([&](std::string_view piece) { feed_from(index + 1, piece, sink); });
}

void RedactionChain::finish(const Sink& sink) {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    streams_[i].finish([&](std::string_view piece) { feed_from(i + 1, piece, sink); });
  }
  join();
}

void RedactionChain::join() {
  if (streams_.size() < 2) return;
  const auto is_idle = [](const RedactingStream& stream) { return stream.is_idle(); };
  if (!std::all_of(streams_.begin(), streams_.end(), is_idle)) return;
  streams_.clear();
  streams_.emplace_back(*all_);
}

}  // namespace escher
