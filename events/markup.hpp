#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inmail {

/// What the rules ask of the words of an InMail beside their length (D3.6): taken from the plain
/// text, since an actor sees only the sealed one, and kept in clear, so that it stays provable
/// after the text was erased.
struct TextMarkup {
  bool html = false;
  bool bullets = false;
  bool numbered = false;
  std::uint32_t links = 0;      ///< `[text](url)` and bare https URLs.
  std::uint32_t bad_links = 0;  ///< Those whose scheme is neither https nor mailto.

  bool operator==(const TextMarkup&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(html, bullets, numbered, links, bad_links);
  }
};

/// Whether HTML stands in a text: `<` followed by a letter, `/` or `!`, up to the next `>`.
bool has_html(std::string_view normalised);

/// The text without its HTML, and that which the removal brings together: `has_html` finds none.
std::string strip_html(std::string_view normalised);
/// The text with `&lt;` and `&gt;` around what was HTML: `has_html` finds none.
std::string escape_html(std::string_view normalised);

/// What stands in a text that `normalise` returned:
///
///     - one            bullets, at the start of a line
///     1. one           numbered, likewise, with any number
///     [a](mailto:b@c)  a link; neither part has a bracket or a line end in it
///     https://a.b      a bare link, up to the next white space
///
/// Bold, italic and strike are literal text where they are not allowed, so nobody asks for them.
TextMarkup markup_of(std::string_view normalised);

}  // namespace inmail
