#include "events/policy_nesting.hpp"

#include <algorithm>

namespace inmail {
namespace {

/// Where the text that begins at `from` ends: just behind its last quote, or at the line's end if a
/// text of one line is not closed.
std::size_t end_of_text(std::string_view toml, std::size_t from) {
  const char quote = toml[from];
  const bool escapes = quote == '"';
  const auto quotes_at = [&](std::size_t at) {
    std::size_t count = 0;
    while (at + count < toml.size() && count < 5 && toml[at + count] == quote) ++count;
    return count;
  };

  const bool many_lines = quotes_at(from) >= 3;
  std::size_t at = from + (many_lines ? 3 : 1);
  while (at < toml.size()) {
    if (escapes && toml[at] == '\\') {
      at += 2;
      continue;
    }
    if (!many_lines && toml[at] == '\n') return at;
    if (!many_lines && toml[at] == quote) return at + 1;
    // Up to two quotes may stand right before the closing three.
    if (many_lines && quotes_at(at) >= 3) return at + quotes_at(at);
    ++at;
  }
  return toml.size();
}

}  // namespace

std::optional<NestingProblem> nesting_problem(std::string_view toml) {
  std::size_t line = 1;
  int brackets = 0;
  int dots = 0;
  for (std::size_t at = 0; at < toml.size();) {
    const char c = toml[at];
    if (c == '"' || c == '\'') {
      const std::size_t end = end_of_text(toml, at);
      line += static_cast<std::size_t>(std::count(toml.begin() + static_cast<std::ptrdiff_t>(at),
                                                  toml.begin() + static_cast<std::ptrdiff_t>(end),
                                                  '\n'));
      at = end;
      continue;
    }
    if (c == '#') {
      at = std::min(toml.find('\n', at), toml.size());
      continue;
    }
    if (c == '\n') {
      ++line;
      dots = 0;
    }
    if (c == '[' || c == '{') ++brackets;
    if (c == ']' || c == '}') brackets = std::max(0, brackets - 1);
    if (c == '.') ++dots;
    if (brackets > policy_brackets_max)
      return NestingProblem{line, "more brackets are open than a policy may nest"};
    if (dots > policy_dots_max)
      return NestingProblem{line, "the line has more dots than the keys of a policy may have"};
    ++at;
  }
  return std::nullopt;
}

}  // namespace inmail
