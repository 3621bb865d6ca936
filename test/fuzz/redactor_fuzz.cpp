// Invariants of the redactor for any secrets, text and chunks:
//   - the output does not depend on the chunks
//   - it contains no form of a secret
//   - fewer bytes are held back than the longest form has, and none after the end
//
// An input is a script, so that a mutation keeps most of its meaning. Each secret ends with 0xFF;
// an empty one ends the secrets. The text follows: a byte, or 0xFE and two numbers for a part of a
// form of a secret, or 0xFD for the end of a chunk.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "output/redaction/redactor.hpp"
#include "require.hpp"

namespace {

constexpr char kEndOfSecret = '\xFF';
constexpr char kPartOfForm = '\xFE';
constexpr char kEndOfChunk = '\xFD';
constexpr std::size_t kMostSecrets = 4;

struct Script {
  std::vector<std::string> secrets;
  std::vector<std::string> forms;
  std::vector<std::string> chunks{1};
};

class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  bool at_end() const { return rest_.empty(); }
  char next() {
    if (rest_.empty()) return '\0';
    const char byte = rest_.front();
    rest_.remove_prefix(1);
    return byte;
  }
  std::size_t number() { return static_cast<unsigned char>(next()); }
  std::string secret() {
    std::string secret;
    for (char byte = next(); byte != kEndOfSecret && !at_end(); byte = next()) secret += byte;
    return secret;
  }

 private:
  std::string_view rest_;
};

Script script_of(std::string_view input) {
  Script script;
  Reader reader(input);
  while (script.secrets.size() < kMostSecrets) {
    std::string secret = reader.secret();
    if (secret.empty()) break;
    for (std::string& form : escher::secret_forms(secret)) script.forms.push_back(std::move(form));
    script.secrets.push_back(std::move(secret));
  }
  while (!reader.at_end()) {
    const char byte = reader.next();
    if (byte == kEndOfChunk) {
      script.chunks.emplace_back();
    } else if (byte == kPartOfForm && !script.forms.empty()) {
      const std::string& form = script.forms[reader.number() % script.forms.size()];
      script.chunks.back() += form.substr(0, form.size() - reader.number() % form.size());
    } else {
      script.chunks.back() += byte;
    }
  }
  return script;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Script script = script_of(std::string_view(reinterpret_cast<const char*>(data), size));
  std::size_t longest_form = 0;
  for (const std::string& form : script.forms) longest_form = std::max(longest_form, form.size());

  const escher::Redactor redactor(script.secrets);
  escher::RedactingStream stream(redactor);
  std::string text;
  std::string out;
  const auto append = [&out](std::string_view bytes) { out += bytes; };
  for (const std::string& chunk : script.chunks) {
    stream.feed(chunk, append);
    text += chunk;
    escher::require(
        stream.held() == 0 || stream.held() < longest_form + 2 * (longest_form / 64 + 1),
        "fewer bytes are held back than the longest form and its line breaks have");
  }
  stream.finish(append);

  escher::require(stream.held() == 0, "nothing is held back after the end");
  escher::require(out == redactor.redact(text), "the output does not depend on chunks");
  for (const std::string& form : script.forms) {
    escher::require(out.find(form) == std::string::npos, "the output contains no form");
  }
  return 0;
}
