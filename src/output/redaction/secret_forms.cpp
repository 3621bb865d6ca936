#include "output/redaction/secret_forms.hpp"

#include <algorithm>

#include "output/redaction/secret_base64.hpp"
#include "output/redaction/secret_encoding.hpp"
#include "output/redaction/secret_json.hpp"
#include "output/redaction/secret_shell.hpp"
#include "output/redaction/secret_uri.hpp"

namespace escher {
namespace {

using forms::Forms;

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
constexpr std::string_view kLineEnds = "\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kLineEnds), text.size());
    lines.push_back(trimmed(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_secret_line(std::string_view line) {
  if (line.size() < kShortestForm) return false;
  const bool armour =
      line.ends_with("-----") && (line.starts_with("-----BEGIN ") || line.starts_with("-----END "));
  return !armour && std::any_of(line.begin(), line.end(), [](char c) {
    return forms::is_alphanumeric(c) || !forms::is_ascii(c);
  });
}

std::string with_line_feeds(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at, 2) != "\r\n") out += text[at];
  }
  return out;
}

std::string with_carriage_returns(std::string_view line_feeds) {
  std::string out;
  for (const char c : line_feeds) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

void add_encodings(Forms& all, std::string_view text) {
  forms::add(all, std::string(text));
  forms::add_base64(all, text);
  // A line feed that `echo` appends changes the last digit of the secret.
  forms::add_base64(all, std::string(text) + '\n');
  forms::add_uri(all, text);
  forms::add_json(all, text);
  forms::add_shell(all, text);
}

void sort_unique(std::vector<std::string>& texts) {
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

// The texts to redact for a secret without its surrounding white space: the whole and its lines.
std::vector<std::string> texts_of(std::string_view secret) {
  std::vector<std::string> texts{std::string(secret)};
  if (secret.find_first_of(kLineEnds) == std::string_view::npos) return texts;
  texts.push_back(with_line_feeds(secret));
  texts.push_back(with_carriage_returns(texts.back()));
  for (const std::string_view line : lines_of(secret)) {
    if (is_secret_line(line)) texts.emplace_back(line);
  }
  sort_unique(texts);
  return texts;
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view secret) {
  if (secret.size() < kShortestForm) return {};
  const std::string_view inner = trimmed(secret);
  Forms all;
  for (const std::string& text : texts_of(inner.size() < kShortestForm ? secret : inner)) {
    add_encodings(all, text);
  }
  // In base64 the surrounding white space has no digits of its own, so it is encoded together.
  forms::add_base64(all, secret);
  sort_unique(all);
  return all;
}

}  // namespace escher
