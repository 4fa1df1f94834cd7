#include "events/markup.hpp"

#include <algorithm>

namespace inmail {
namespace {

bool is_letter(char each) { return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z'); }
bool is_digit(char each) { return each >= '0' && each <= '9'; }
bool is_space(char each) { return each == ' ' || each == '\n' || each == '\t'; }

/// Whether `text` begins with `prefix`, which is in lower case; letters of either case do.
bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char wanted, char found) {
           return wanted == (is_letter(found) ? static_cast<char>(found | 0x20) : found);
         });
}

/// Behind a `<`.
bool opens_tag(char each) { return is_letter(each) || each == '/' || each == '!'; }

constexpr std::string_view secure = "https://";

bool has_good_scheme(std::string_view url) {
  return begins_with(url, secure) || begins_with(url, "mailto:");
}

/// The URL of `[text](url)` at the front, and where it ends; empty if there is none.
std::string_view bracketed_url(std::string_view text) {
  const auto close = text.find_first_of("[]\n", 1);
  if (close == std::string_view::npos || close == 1 || !text.substr(close).starts_with("]("))
    return {};
  const std::string_view rest = text.substr(close + 2);
  // A bracket ends both, so that many of them are read in one pass.
  const auto end = std::find_if(rest.begin(), rest.end(), [](char each) {
    return each == ')' || each == '[' || is_space(each);
  });
  if (end == rest.end() || *end != ')') return {};
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

void look_at_line_start(std::string_view rest, TextMarkup& markup) {
  if (rest.starts_with("- ")) markup.bullets = true;
  const auto after = std::find_if_not(rest.begin(), rest.end(), is_digit);
  const auto digits = static_cast<std::size_t>(after - rest.begin());
  if (digits > 0 && rest.substr(digits).starts_with(". ")) markup.numbered = true;
}

}  // namespace

bool has_html(std::string_view text) {
  for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (at + 1 == text.size()) return false;
    if (!opens_tag(text[at + 1])) continue;
    return text.find('>', at) != std::string_view::npos;
  }
  return false;
}

std::string strip_html(std::string_view text) {
  std::string left;
  // Where the first of the tags begins that the next `>` ends.
  auto begin = std::string::npos;
  for (const char each : text) {
    if (each == '>' && begin != std::string::npos) {
      left.resize(begin);
      begin = std::string::npos;
      continue;
    }
    if (begin == std::string::npos && left.ends_with('<') && opens_tag(each))
      begin = left.size() - 1;
    left += each;
  }
  return left;
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  bool in_tag = false;
  const auto last_end = text.rfind('>');
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = text[at] == '<' && last_end != std::string_view::npos && at < last_end &&
                        opens_tag(text[at + 1]);
    in_tag = in_tag || begins;
    if (begins) {
      escaped += "&lt;";
    } else if (in_tag && text[at] == '>') {
      escaped += "&gt;";
      in_tag = false;
    } else {
      escaped += text[at];
    }
  }
  return escaped;
}

TextMarkup markup_of(std::string_view text) {
  TextMarkup markup{.html = has_html(text)};
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (at == 0 || text[at - 1] == '\n') look_at_line_start(rest, markup);
    if (rest.front() == '[') {
      if (const std::string_view url = bracketed_url(rest); !url.empty()) {
        ++markup.links;
        markup.bad_links += has_good_scheme(url) ? 0 : 1;
        at = static_cast<std::size_t>(url.data() + url.size() - text.data());
      }
    } else if ((rest.front() | 0x20) == 'h' && begins_with(rest, secure) &&
               rest.size() > secure.size() && !is_space(rest[secure.size()])) {
      ++markup.links;
      at +=
          static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), is_space) - rest.begin());
      continue;
    }
    ++at;
  }
  return markup;
}

}  // namespace inmail
