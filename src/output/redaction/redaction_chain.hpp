// Redacts one stream whose secrets can become more. Owned by an output cleaner, used on the strand
// of its execution.
//
// A stream that holds back the beginning of a secret cannot be replaced by one for more secrets
// without losing it. So the added secrets get a stream after it, until nothing is held back.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "output/redaction/redactor.hpp"

namespace escher {

class RedactionChain {
 public:
  // `has_sequences`: pieces that begin with an escape character are sequences, which the search
  // ignores.
  explicit RedactionChain(const std::optional<Redactor>& redactor, bool has_sequences = false);

  // Without a secret everything is passed on at once.
  bool empty() const { return streams_.empty(); }

  // From the next byte on. `all` has the secrets so far and those of `added`.
  void add(const Redactor& all, const Redactor& added);

  using Sink = RedactingStream::Sink;
  void feed(std::string_view bytes, const Sink& sink);
  // The end of the stream; the object can then redact another one.
  void finish(const Sink& sink);

 private:
  void feed_from(std::size_t index, std::string_view bytes, const Sink& sink);
  // One stream for all secrets, if none holds back anything.
  void join();

  bool has_sequences_;
  std::optional<Redactor> all_;
  std::vector<RedactingStream> streams_;
};

}  // namespace escher
