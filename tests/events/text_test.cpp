#include "events/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace inmail {
namespace {

std::string normal(std::string_view text) {
  auto result = normalise(text);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result.value_or("");
}

TEST(Text, BecomesUnicodeNfc) {
  EXPECT_EQ(normal("e\u0301"), "\u00E9");
  EXPECT_EQ(normal("\u00E9"), "\u00E9");
  EXPECT_EQ(normal("\u212B"), "\u00C5");
  EXPECT_EQ(normal("\u1112\u1161\u11AB"), "\uD55C");
  // Canonical order: the mark below goes before the one above, and then nothing composes with q.
  EXPECT_EQ(normal("q\u0307\u0323"), "q\u0323\u0307");
  // Excluded from composition, so it stays apart.
  EXPECT_EQ(normal("\u0958"), "\u0915\u093C");
}

TEST(Text, KeepsCompatibilityCharacters) {
  EXPECT_EQ(normal("\uFB01 \u2460 x\u00B2"), "\uFB01 \u2460 x\u00B2");
}

TEST(Text, EndsLinesWithLf) {
  EXPECT_EQ(normal("a\r\nb"), "a\nb");
  EXPECT_EQ(normal("a\rb"), "a\nb");
  EXPECT_EQ(normal("a\r\r\nb\r"), "a\n\nb\n");
  EXPECT_EQ(normal("\u00E9\r\n\u00E9"), "\u00E9\n\u00E9");
  EXPECT_EQ(normal("a\n\tb"), "a\n\tb");
  EXPECT_EQ(normal("\u4E2D\r\n\u4E2D\r"), "\u4E2D\n\u4E2D\n");
}

TEST(Text, StaysTheSameWhenNormalisedTwice) {
  for (const char* text : {"", "plain", "\r\r\n\n\r", "e\u0301\u0323\r\n", "\u1112\u1161\u11AB",
                           "\u0958\u0301", "\U0001F468\u200D\U0001F469", "\u0344\u0F73\u0301"})
    EXPECT_EQ(normal(normal(text)), normal(text)) << text;
}

TEST(Text, NamesTheOffsetWhereItIsNotUtf8) {
  const auto offset_in = [](std::string_view text, const char* offset) {
    const auto result = normalise(text);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(result.error().message.find(offset), std::string::npos) << result.error().message;
  };
  offset_in("abc\x80", "byte offset 3");
  offset_in("\u00E9\xC0\x80", "byte offset 2");
  offset_in("\xED\xA0\x80", "byte offset 0");
  offset_in("\xF4\x90\x80\x80", "byte offset 0");
  offset_in("ab\r\ncd\xE2\x82", "byte offset 6");
  offset_in(std::string_view("ab\0c", 4), "NUL at byte offset 2");
}

TEST(Text, IsRefusedWhenItIsTooLong) {
  EXPECT_TRUE(normalise(std::string(text_bytes_max, 'a')));
  const auto result = normalise(std::string(text_bytes_max + 1, 'a'));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
}

/// Sorting by neighbours would take 10^11 steps here.
TEST(Text, OrdersAHugePileOfCombiningMarksInTime) {
  std::string text = "a";
  const std::size_t marks = text_bytes_max / 4 - 1;
  for (std::size_t i = 0; i < marks; ++i) text += "\u0307";
  for (std::size_t i = 0; i < marks; ++i) text += "\u0323";
  const std::string ordered = normal(text);
  EXPECT_EQ(ordered.substr(0, 5), "\u1EA1\u0323");
  EXPECT_EQ(ordered.substr(ordered.size() - 2), "\u0307");
}

TEST(TextCounts, OfAsciiAreItsBytes) {
  EXPECT_EQ(count(""), TextCounts{});
  EXPECT_EQ(count("Hello, big world"),
            (TextCounts{.bytes = 16, .utf16 = 16, .codepoints = 16, .graphemes = 16, .words = 3}));
  EXPECT_EQ(count(" \t\v\f\n x\n").words, 1u);
  EXPECT_EQ(count("a\x1F"
                  "b")
                .words,
            1u)
      << "U+001F is no White_Space";
}

/// Eight bytes at a time and one at a time must agree: every character at every place.
TEST(TextCounts, FindTheWordsOfAsciiWhereverTheyStand) {
  for (std::size_t size = 1; size <= 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int c = 1; c < 128; ++c) {
        const bool is_space = c == ' ' || (c >= 9 && c <= 13);
        std::string letters(size, 'x');
        letters[at] = static_cast<char>(c);
        const std::uint32_t split = at == 0 || at + 1 == size ? 1 : 2;
        ASSERT_EQ(count(letters).words, !is_space ? 1 : size == 1 ? 0 : split) << c << " at " << at;
        std::string blanks(size, ' ');
        blanks[at] = static_cast<char>(c);
        ASSERT_EQ(count(blanks).words, is_space ? 0u : 1u) << c << " at " << at;
      }
}

TEST(TextCounts, CountEveryUnitApart) {
  // A family of four joined by ZWJ.
  EXPECT_EQ(count("\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466"),
            (TextCounts{.bytes = 25, .utf16 = 11, .codepoints = 7, .graphemes = 1, .words = 1}));
  // Two flags.
  EXPECT_EQ(count("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7"),
            (TextCounts{.bytes = 16, .utf16 = 8, .codepoints = 4, .graphemes = 2, .words = 1}));
  // A thumb with a skin tone.
  EXPECT_EQ(count("\U0001F44D\U0001F3FD"),
            (TextCounts{.bytes = 8, .utf16 = 4, .codepoints = 2, .graphemes = 1, .words = 1}));
  // Marks that compose with nothing.
  EXPECT_EQ(count("q\u0323\u0307 x"),
            (TextCounts{.bytes = 7, .utf16 = 5, .codepoints = 5, .graphemes = 3, .words = 2}));
  // A mark after a letter that has no place for it, among letters without marks.
  EXPECT_EQ(count("\u00E9\u00E9\u0301\u00E9"),
            (TextCounts{.bytes = 8, .utf16 = 4, .codepoints = 4, .graphemes = 3, .words = 1}));
  // A prefix (Arabic number sign) belongs to what follows.
  EXPECT_EQ(count("\u0600"
                  "1 x")
                .graphemes,
            3u);
  // Hangul, composed and not.
  EXPECT_EQ(count("\u1100\u1161\u11A8").graphemes, 1u);
  EXPECT_EQ(count("\uD55C\uAE00"),
            (TextCounts{.bytes = 6, .utf16 = 2, .codepoints = 2, .graphemes = 2, .words = 1}));
}

TEST(TextCounts, SeparateWordsAtUnicodeWhiteSpaceOnly) {
  for (const char* space : {"\u0085", "\u00A0", "\u1680", "\u2000", "\u200A", "\u2028", "\u2029",
                            "\u202F", "\u205F", "\u3000", " \u3000 "})
    EXPECT_EQ(count(std::string("a") + space + "b").words, 2u) << space;
  for (const char* other : {"\u200B", "\u180E", "\uFEFF", "\u2060"})
    EXPECT_EQ(count(std::string("a") + other + "b").words, 1u) << other;
}

TEST(TextCounts, RefuseWhatWasNotNormalised) {
  EXPECT_THROW(static_cast<void>(count("ab\xFF")), Defect);
}

}  // namespace
}  // namespace inmail
