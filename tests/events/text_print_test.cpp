// What is kept of an InMail's words so that others like it can be told, and nothing else can.

#include "events/text_print.hpp"

#include <gtest/gtest.h>

#include <string>

#include "events/memory_key_store.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{1};
constexpr MemberId bob{2};

class TextPrints : public testing::Test {
 protected:
  TextPrint print(std::string_view body, MemberId author = ada, std::string_view subject = "") {
    const auto taken = print_of(subject, body, author, keys_);
    EXPECT_TRUE(taken.ok());
    return taken ? *taken : TextPrint{};
  }
  std::int32_t alike(std::string_view one, std::string_view other) {
    return similarity_bp(print(one), print(other));
  }

  MemoryKeyStore keys_{1};
};

/// So many words of its own for each `about`.
std::string story(const std::string& about, int words) {
  std::string text;
  for (int i = 0; i < words; ++i) text += about + std::to_string(i) + " ";
  return text;
}

TEST_F(TextPrints, OfOneTextAreOneWhateverItsCaseAndSpaces) {
  const TextPrint once = print("Dear Élodie, we have a role\nfor you");
  EXPECT_TRUE(once.is_taken());
  EXPECT_EQ(once, print("dear  élodie,\twe HAVE a role for you "));
  EXPECT_EQ(once, print("we have a role\nfor you", ada, "Dear Élodie,"));
  EXPECT_EQ(similarity_bp(once, once), 10'000);
}

TEST_F(TextPrints, StayNearlyTheSameWhenANameChanges) {
  const std::string letter = story("word", 120);
  EXPECT_GE(alike("Dear Anna " + letter, "Dear Otto " + letter), 8'500);
  EXPECT_LT(alike(letter, story("thing", 120)), 1'500);
  EXPECT_LT(alike(letter, story("word", 60) + story("thing", 60)), 8'000);
}

TEST_F(TextPrints, TellShortTextsApart) {
  EXPECT_LT(alike("Hello 17", "Hello 18"), 9'000);
  EXPECT_LT(alike("May I ask 17", "May I ask 18"), 9'000);
  EXPECT_EQ(alike("Hi", "hi"), 10'000);
}

TEST_F(TextPrints, TakeACharacterOfAScriptWithoutSpacesForAWord) {
  const std::string letter = "我們有一個職位想跟您談談請問您有興趣嗎謝謝您的時間";
  EXPECT_GT(alike(letter, letter + "好"), 7'500);
  EXPECT_LT(alike(letter, "他們沒有那種東西可以給我看所以今天就算了吧再見"), 3'000);
}

TEST_F(TextPrints, AreNotTakenOfTextsWithoutWords) {
  EXPECT_FALSE(print("").is_taken());
  EXPECT_FALSE(print(" \n ").is_taken());
}

TEST_F(TextPrints, SayNothingWithoutTheAuthorsKey) {
  const std::string letter = story("word", 60);
  const TextPrint of_ada = print(letter);
  EXPECT_LT(similarity_bp(of_ada, print(letter, bob)), 2'000);
  ASSERT_TRUE(keys_.erase(ada).ok());
  EXPECT_EQ(print_of("", letter, ada, keys_).error().code, ErrorCode::not_found);
  MemoryKeyStore others(2);
  const auto guessed = print_of("", letter, ada, others);
  ASSERT_TRUE(guessed.ok());
  EXPECT_LT(similarity_bp(of_ada, *guessed), 2'000);
}

}  // namespace
}  // namespace inmail
