#include "events/text.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace inmail {
namespace {

/// All bytes of a text or-ed together, eight at a time. Below 0x80: pure ASCII.
std::uint8_t united_bytes(std::string_view text) {
  std::uint64_t wide = 0;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    wide |= word;
  }
  for (; at < text.size(); ++at) wide |= static_cast<std::uint8_t>(text[at]);
  wide |= wide >> 32;
  wide |= wide >> 16;
  return static_cast<std::uint8_t>(wide | (wide >> 8));
}

bool is_ascii(std::string_view text) { return united_bytes(text) < 0x80; }

/// The code point at the front, and how many bytes it took; a negative size where it is not UTF-8.
struct Decoded {
  std::int32_t point;
  std::ptrdiff_t bytes;
};

Decoded decode_front(std::string_view text) {
  Decoded decoded{};
  decoded.bytes = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &decoded.point);
  return decoded;
}

/// Before this code point nothing combines, composes or is put in order.
constexpr std::int32_t first_mark = 0x300;
constexpr std::uint8_t first_mark_lead = 0xCC;

/// Text of Western Europe, most often: UTF-8, and without marks, so it is in NFC as it stands.
bool is_utf8_without_marks(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<std::uint8_t>(text[at]) >= first_mark_lead) return false;
    const auto bytes = decode_front(text.substr(at)).bytes;
    if (bytes <= 0) return false;
    at += static_cast<std::size_t>(bytes);
  }
  return true;
}

/// The code points of a text in canonical decomposition, not yet in canonical order.
Result<std::vector<std::int32_t>> decompose(std::string_view text) {
  constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  std::vector<std::int32_t> points;
  points.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size();) {
    const auto [point, bytes] = decode_front(text.substr(at));
    if (bytes <= 0)
      return Error{ErrorCode::invalid_argument,
                   "the text is not UTF-8 at byte offset " + std::to_string(at)};
    std::int32_t parts[4];
    int last_boundclass = 0;
    const auto count = utf8proc_decompose_char(point, parts, 4, options, &last_boundclass);
    invariant(count >= 0 && count <= 4, "a code point decomposed into more than four");
    points.insert(points.end(), parts, parts + count);
    at += static_cast<std::size_t>(bytes);
  }
  return points;
}

int combining_class(std::int32_t point) { return utf8proc_get_property(point)->combining_class; }

/// Sorts every run of combining marks by its class. utf8proc would do it too, but in time that
/// grows with the square of the run, which a stranger chooses.
void order_canonically(std::vector<std::int32_t>& points) {
  const auto is_starter = [](std::int32_t point) { return combining_class(point) == 0; };
  for (auto run = points.begin(); run != points.end();) {
    run = std::find_if_not(run, points.end(), is_starter);
    const auto end = std::find_if(run, points.end(), is_starter);
    std::stable_sort(run, end, [](std::int32_t left, std::int32_t right) {
      return combining_class(left) < combining_class(right);
    });
    run = end;
  }
}

/// Unicode NFC. Errors: invalid_argument (not UTF-8).
Result<std::string> compose(std::string_view text) {
  auto points = decompose(text);
  if (!points) return points.error();
  order_canonically(*points);
  const std::size_t count = points->size();
  points->push_back(0);  // utf8proc_reencode writes in place and ends its output with a zero.
  constexpr auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const auto bytes =
      utf8proc_reencode(points->data(), static_cast<utf8proc_ssize_t>(count), options);
  invariant(bytes >= 0, "valid code points could not be written as UTF-8");
  return std::string(reinterpret_cast<const char*>(points->data()),
                     static_cast<std::size_t>(bytes));
}

/// A lone CR becomes LF too: were it kept, CR CR LF would become CR LF, which is not normalised.
void make_lf_ends(std::string& text) {
  std::size_t from = text.find('\r');
  if (from == std::string::npos) return;
  std::size_t to = from;
  for (; from < text.size(); ++from) {
    if (text[from] != '\r') {
      text[to++] = text[from];
    } else if (from + 1 == text.size() || text[from + 1] != '\n') {
      text[to++] = '\n';
    }
  }
  text.resize(to);
}

/// The Unicode property White_Space.
bool is_white_space(std::int32_t point) {
  return point == ' ' || (point >= 9 && point <= 13) || point == 0x85 || point == 0xA0 ||
         point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 ||
         point == 0x2029 || point == 0x202F || point == 0x205F || point == 0x3000;
}

/// Of eight ASCII characters: the highest bit of each byte that is White_Space. Bytes below 0x80
/// leave room for the sums, so none spills into the next byte.
std::uint64_t space_bits(std::uint64_t word) {
  constexpr std::uint64_t every_byte = 0x0101010101010101;
  constexpr std::uint64_t high_bits = every_byte * 0x80;
  const std::uint64_t from_tab = word + every_byte * (0x80 - 9);
  const std::uint64_t past_return = word + every_byte * (0x80 - 14);
  const std::uint64_t not_blank = (word ^ (every_byte * ' ')) + every_byte * 0x7F;
  return ((from_tab & ~past_return) | ~not_blank) & high_bits;
}

std::uint32_t words_in_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::uint32_t words = 0;
  std::uint64_t after_space = 0x80;
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    const std::uint64_t spaces = space_bits(word);
    words += static_cast<std::uint32_t>(
        std::popcount(((spaces << 8) | after_space) & ~spaces & high_bits));
    after_space = spaces >> 56;
  }
  bool is_after_space = after_space != 0;
  for (; at < text.size(); ++at) {
    const bool is_space = is_white_space(text[at]);
    words += is_after_space && !is_space ? 1 : 0;
    is_after_space = is_space;
  }
  return words;
}

/// Without CR every ASCII character is a grapheme of its own.
TextCounts count_ascii(std::string_view text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return {.bytes = size,
          .utf16 = size,
          .codepoints = size,
          .graphemes = size,
          .words = words_in_ascii(text)};
}

}  // namespace

Result<std::string> normalise(std::string_view text) {
  if (text.size() > text_bytes_max)
    return Error{ErrorCode::invalid_argument, "the text has " + std::to_string(text.size()) +
                                                  " bytes; at most " +
                                                  std::to_string(text_bytes_max) + " are taken"};
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return Error{ErrorCode::invalid_argument,
                 "the text holds a NUL at byte offset " + std::to_string(nul)};

  const bool is_composed = is_ascii(text) || is_utf8_without_marks(text);
  auto normal = is_composed ? Result<std::string>(std::string(text)) : compose(text);
  if (normal) make_lf_ends(*normal);
  return normal;
}

TextCounts count(std::string_view normalised) {
  if (is_ascii(normalised)) return count_ascii(normalised);

  TextCounts counts{.bytes = static_cast<std::uint32_t>(normalised.size())};
  bool after_space = true;
  std::int32_t previous = 0;
  std::int32_t break_state = 0;
  for (std::size_t at = 0; at < normalised.size();) {
    const auto [point, bytes] = decode_front(normalised.substr(at));
    invariant(bytes > 0, "a text was counted that is not UTF-8");
    const bool space = is_white_space(point);
    bool begins_grapheme = true;
    if (std::max(previous, point) < first_mark) {
      break_state = 0;  // Allowed after every break; and without marks and CR there is always one.
    } else if (at != 0) {
      begins_grapheme = utf8proc_grapheme_break_stateful(previous, point, &break_state);
    }
    ++counts.codepoints;
    counts.utf16 += point > 0xFFFF ? 2 : 1;
    counts.graphemes += begins_grapheme ? 1 : 0;
    counts.words += after_space && !space ? 1 : 0;
    after_space = space;
    previous = point;
    at += static_cast<std::size_t>(bytes);
  }
  return counts;
}

}  // namespace inmail
