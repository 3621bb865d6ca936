#include "policy/windows_paths.hpp"

#include <algorithm>

namespace escher::windows {
namespace {

char upper_of(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
char lower_of(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_separator(char c) { return c == '\\' || c == '/'; }

bool has_drive(std::string_view path) {
  return path.size() >= 2 && path[1] == ':' && lower_of(path[0]) >= 'a' && lower_of(path[0]) <= 'z';
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

bool is_absolute(std::string_view path) {
  return has_drive(path) || (!path.empty() && is_separator(path.front()));
}

bool is_path(std::string_view name) {
  return has_drive(name) || name.find_first_of("\\/") != std::string_view::npos;
}

std::string lower_extension_of(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of("\\/") + 1);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string extension(name.substr(dot));
  std::transform(extension.begin(), extension.end(), extension.begin(), lower_of);
  return extension;
}

std::vector<std::string> path_entries_of(std::string_view path) {
  std::vector<std::string> entries;
  std::string entry;
  bool is_quoted = false;
  const auto end_entry = [&] {
    if (!entry.empty()) entries.push_back(std::move(entry));
    entry.clear();
  };
  for (const char c : path) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (c == ';' && !is_quoted) {
      end_entry();
    } else {
      entry += c;
    }
  }
  end_entry();
  return entries;
}

std::vector<std::string> program_names_of(std::string_view name, std::string_view extensions) {
  std::vector<std::string> names;
  const std::string own = upper(lower_extension_of(name));
  const auto known = split(extensions);
  for (const std::string_view extension : known) {
    if (!own.empty() && upper(extension) == own) names.emplace_back(name);
  }
  for (const std::string_view extension : known) {
    names.push_back(std::string(name).append(extension));
  }
  return names;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return upper_of(x) == upper_of(y); });
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), upper_of);
  return result;
}

}  // namespace escher::windows
