// What the rules ask of a text beside its length (D3.6).

#include "events/markup.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>

#include "events/text.hpp"
#include "tests/support/random_seed.hpp"

namespace inmail {
namespace {

TextMarkup found_in(std::string_view text) { return markup_of(*normalise(text)); }

TEST(Markup, IsHtmlFromASignThatALetterASlashOrABangFollowsUpToItsEnd) {
  for (const char* html : {"<b>", "a<br/>c", "</p>", "<!-- x -->", "<A HREF='x'>", "1 < 2 <i>x"})
    EXPECT_TRUE(has_html(html)) << html;
  for (const char* text : {"1 < 2 > 0", "a <b", "<", "&lt;b&gt;", "<3 you>", "", "x>y", "< b>"})
    EXPECT_FALSE(has_html(text)) << text;
}

TEST(Markup, IsTakenFromTheTextAsItIsStored) {
  // In NFC a slash through the sign is a part of it, and a CR ends a line.
  EXPECT_FALSE(found_in("<\xcc\xb8"
                        "b>")
                   .html);
  EXPECT_TRUE(found_in("one\r- two").bullets);
}

TEST(Markup, IsAListWhereALineBeginsWithItsSign) {
  EXPECT_TRUE(found_in("- one").bullets);
  EXPECT_TRUE(found_in("first\n- one").bullets);
  EXPECT_FALSE(found_in("first - one\n-two\n -three").bullets);
  EXPECT_TRUE(found_in("1. one").numbered);
  EXPECT_TRUE(found_in("so:\n12. one").numbered);
  EXPECT_FALSE(found_in("1.one\n1 . two\n. three\nin 1. of").numbered);
}

TEST(Markup, CountsLinksAndThoseWithABadScheme) {
  const auto expect = [](std::string_view text, std::uint32_t links, std::uint32_t bad) {
    const TextMarkup markup = found_in(text);
    EXPECT_EQ(markup.links, links) << text;
    EXPECT_EQ(markup.bad_links, bad) << text;
  };
  expect("see [this](https://a.b) and https://c.d/e?f", 2, 0);
  expect("[mail](mailto:a@b) HTTPS://A.B [It](HttpS://a)", 3, 0);
  expect("[x](http://a.b) [y](javascript:alert) [z](/there)", 3, 3);
  expect("http://a.b is plain, as https:// and https is", 0, 0);
  expect("[x] (https://a.b)", 1, 0);
  expect("[](https://a.b) [a\nb](ftp://c) [a](b c) [d]()", 1, 0);
  expect("[[a](https://b)](https://c)", 2, 0);
  expect("https://a.b\nhttps://c.d", 2, 0);
}

TEST(Markup, IsNoneWhereAllSignsAreLiteral) {
  EXPECT_EQ(found_in("**bold** *italic* ~~gone~~ [so] (and so) 2 > 1"), TextMarkup{});
}

TEST(Markup, TakesAsLongAsTheTextIs) {
  std::string brackets;
  for (int i = 0; i < 100'000; ++i) brackets += "[a](<b";
  EXPECT_EQ(found_in(brackets).links, 0u);
}

TEST(Html, CanBeTakenOut) {
  EXPECT_EQ(strip_html("a <b>bold</b> word<br/>"), "a bold word");
  EXPECT_EQ(strip_html("1 < 2 > 1, <3 and <b"), "1 < 2 > 1, <3 and <b");
  EXPECT_EQ(strip_html("a <b c <d> e> f"), "a  e> f") << "up to the next one";
  EXPECT_EQ(strip_html("<<b>b>x"), "x") << "also what the removal brings together";
  EXPECT_EQ(strip_html("<!-- no -->so"), "so");
}

TEST(Html, CanBeShownAsItStands) {
  EXPECT_EQ(escape_html("a <b>bold</b>"), "a &lt;b&gt;bold&lt;/b&gt;");
  EXPECT_EQ(escape_html("1 < 2 > 1, <3 and <b"), "1 < 2 > 1, <3 and <b");
}

TEST(Html, IsGoneFromWhateverWasWritten) {
  std::mt19937_64 random(test::random_seed());
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t left = random() % 12; left > 0; --left) text += "<>b/! "[random() % 6];
    EXPECT_FALSE(has_html(strip_html(text))) << text;
    EXPECT_FALSE(has_html(escape_html(text))) << text;
    if (!has_html(text)) {
      EXPECT_EQ(strip_html(text), text);
    }
  }
  std::string many;
  for (int i = 0; i < 100'000; ++i) many += "<";
  for (int i = 0; i < 100'000; ++i) many += "b>";
  EXPECT_EQ(strip_html(many), "") << "in one pass";
}

}  // namespace
}  // namespace inmail
