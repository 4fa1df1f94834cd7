#include "events/keys.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "events/codec.hpp"
#include "events/memory_key_store.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{7};
constexpr MemberId bob{8};
constexpr std::string_view letter = "Dear Bob,\nmay I?";

CommandId command(std::uint64_t low) { return make_command_id(timestamp_from_ms(1000), 0, low); }

Text sealed(KeyStore& keys, std::string_view plain = letter, TextField field = TextField::body,
            MemberId author = ada, StreamId stream = bob, std::uint64_t command_low = 1) {
  Text text(plain);
  const auto status = seal(text, field, author, stream, command(command_low), keys);
  EXPECT_TRUE(status) << (status ? "" : status.error().message);
  return text;
}

/// What opening answers: the text, "(erased)", or the name of the error.
std::string opened(const Text& text, KeyStore& keys) {
  const auto result = open(text, keys);
  if (!result) return std::string(name_of(result.error().code));
  return result->has_value() ? **result : "(erased)";
}

/// A sealed text as it is stored: field, author, stream, counts, nonce, then length and bytes.
std::string stored(const Text& text) {
  std::string bytes;
  encode_to(text, bytes);
  return bytes;
}

Text restored(const std::string& bytes) {
  const auto text = decode_as<Text>(bytes_of(bytes));
  EXPECT_TRUE(text);
  return text.value_or(Text{});
}

TEST(Seal, IsUndoneByOpen) {
  MemoryKeyStore keys(1);
  for (const std::string plain : {"x", "\u00E9\U0001F600 \u3000", "line\nline"}) {
    const Text text = sealed(keys, plain);
    EXPECT_TRUE(text.is_sealed());
    EXPECT_EQ(text.author(), ada);
    EXPECT_EQ(text.stream(), StreamId(bob));
    EXPECT_EQ(text.field(), TextField::body);
    EXPECT_EQ(text.counts(), count(plain));
    EXPECT_EQ(text.sealed_bytes().size(), plain.size() + 16);
    EXPECT_EQ(text.sealed_bytes().find(plain), std::string::npos);
    EXPECT_EQ(opened(text, keys), plain);
  }
}

TEST(Seal, NormalisesFirst) {
  MemoryKeyStore keys(1);
  const Text text = sealed(keys, "e\u0301\r\n");
  EXPECT_EQ(opened(text, keys), "\u00E9\n");
  EXPECT_EQ(text.counts(), count("\u00E9\n"));
  EXPECT_EQ(text, sealed(keys, "\u00E9\n"));
}

TEST(Seal, LeavesAnEmptyTextAlone) {
  MemoryKeyStore keys(1);
  const Text text = sealed(keys, "");
  EXPECT_FALSE(text.is_sealed());
  EXPECT_EQ(opened(text, keys), "");
  EXPECT_FALSE(*keys.key_for_reading(ada)) << "no key was needed";
}

TEST(Seal, DependsOnItsArgumentsOnly) {
  MemoryKeyStore keys(1);
  MemoryKeyStore same(1);
  EXPECT_EQ(sealed(keys), sealed(same));

  MemoryKeyStore other(2);
  const Text first = sealed(keys);
  std::set<std::array<std::uint8_t, 24>> nonces{
      first.nonce(),
      sealed(keys, "another letter").nonce(),
      sealed(keys, letter, TextField::subject).nonce(),
      sealed(keys, letter, TextField::body, bob).nonce(),
      sealed(keys, letter, TextField::body, ada, ada).nonce(),
      sealed(keys, letter, TextField::body, ada, bob, 2).nonce(),
      sealed(other).nonce(),
  };
  EXPECT_EQ(nonces.size(), 7u) << "a nonce served twice";
}

TEST(Seal, LeavesATextAloneThatIsSealedForThisPlaceAndRefusesItForAnother) {
  MemoryKeyStore keys(1);
  const Text text = sealed(keys);
  Text again = text;
  EXPECT_TRUE(seal(again, TextField::body, ada, bob, command(2), keys));
  EXPECT_EQ(again, text);

  const auto elsewhere = seal(again, TextField::body, ada, ada, command(2), keys);
  ASSERT_FALSE(elsewhere);
  EXPECT_EQ(elsewhere.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(again, text);
}

TEST(Seal, LeavesTheTextUnchangedOnAnError) {
  MemoryKeyStore keys(1);
  Text broken("a\xFF");
  EXPECT_FALSE(seal(broken, TextField::body, ada, bob, command(1), keys));
  EXPECT_EQ(broken.plain(), "a\xFF");

  ASSERT_TRUE(keys.erase(ada));
  Text text(letter);
  const auto status = seal(text, TextField::body, ada, bob, command(1), keys);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::not_found);
  EXPECT_EQ(text.plain(), letter);
}

TEST(Open, GivesNothingOnceTheKeyIsErased) {
  MemoryKeyStore keys(1);
  const Text text = sealed(keys);
  ASSERT_TRUE(keys.erase(ada));
  EXPECT_EQ(opened(text, keys), "(erased)");
}

TEST(Open, DetectsTheWrongKey) {
  MemoryKeyStore keys(1);
  MemoryKeyStore other(2);
  ASSERT_TRUE(other.key_for_writing(ada));
  EXPECT_EQ(opened(sealed(keys), other), "corruption");
}

/// Every place to which the stored bytes could be moved, and every byte of them.
TEST(Open, DetectsAChangeOfAnyStoredByteThatMatters) {
  MemoryKeyStore keys(1);
  for (std::uint64_t member = 0; member < 256; ++member)
    ASSERT_TRUE(keys.key_for_writing(MemberId{member}));
  const std::string bytes = stored(sealed(keys));
  ASSERT_EQ(opened(restored(bytes), keys), letter);

  const std::size_t author_at = 1;
  const std::size_t stream_at = 9;
  const std::size_t counts_at = 17;
  const std::size_t graphemes_at = counts_at + 12;
  const std::size_t nonce_at = counts_at + 20;
  const std::size_t bytes_at = bytes.size() - letter.size() - 16;
  ASSERT_EQ(bytes.substr(nonce_at, 24),
            std::string(reinterpret_cast<const char*>(restored(bytes).nonce().data()), 24));
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    if (at >= graphemes_at && at < nonce_at) continue;
    if (at >= nonce_at + 24 && at < bytes_at) continue;
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      const std::string answer = opened(restored(changed), keys);
      const bool of_nobody = at > author_at && at < stream_at;
      EXPECT_EQ(answer, of_nobody ? "(erased)" : "corruption") << "byte " << at;
    }
  }
}

TEST(Open, DetectsAnotherField) {
  MemoryKeyStore keys(1);
  std::string bytes = stored(sealed(keys));
  bytes[0] = static_cast<char>(TextField::reply);
  EXPECT_EQ(opened(restored(bytes), keys), "corruption");
}

TEST(Open, RefusesSealedBytesThatAreTooShort) {
  MemoryKeyStore keys(1);
  const std::string bytes = stored(sealed(keys, "x"));
  const std::string head = bytes.substr(0, bytes.size() - 17 - 4);
  for (std::uint32_t size = 0; size < 17; ++size) {
    std::string cut = head;
    cut.append(reinterpret_cast<const char*>(&size), 4);
    cut.append(size, 'z');
    EXPECT_EQ(opened(restored(cut), keys), "corruption") << size;
  }
}

/// A text of ada that is sealed for bob, too.
Text sealed_for_bob(KeyStore& keys) {
  Text text = sealed(keys, letter, TextField::body, ada, ada);
  Text* const texts[] = {&text};
  const auto status = seal_for_reader(texts, bob, keys);
  EXPECT_TRUE(status) << (status ? "" : status.error().message);
  return text;
}

TEST(SealForReader, WantsBothKeysToBeOpened) {
  for (const KeyId destroyed : {KeyId{ada}, KeyId{bob, KeyUse::received}}) {
    MemoryKeyStore keys(1);
    const Text text = sealed_for_bob(keys);
    EXPECT_EQ(text.reader(), bob);
    EXPECT_EQ(text.field(), TextField::body);
    EXPECT_EQ(opened(text, keys), letter);
    EXPECT_EQ(opened(restored(stored(text)), keys), letter);
    EXPECT_EQ(restored(stored(text)), text);
    ASSERT_TRUE(keys.erase(destroyed));
    EXPECT_EQ(opened(text, keys), "(erased)");
  }
}

TEST(SealForReader, LeavesOtherKeysOfTheTwoOutOfIt) {
  MemoryKeyStore keys(1);
  const Text text = sealed_for_bob(keys);
  ASSERT_TRUE(keys.key_for_writing(bob));
  ASSERT_TRUE(keys.key_for_writing({ada, KeyUse::received}));
  ASSERT_TRUE(keys.erase(bob));
  ASSERT_TRUE(keys.erase({ada, KeyUse::received}));
  EXPECT_EQ(opened(text, keys), letter);
}

TEST(SealForReader, LeavesNothingOfTheFirstSealToBeOpenedAlone) {
  MemoryKeyStore keys(1);
  const Text alone = sealed(keys, letter, TextField::body, ada, ada);
  const Text both = sealed_for_bob(keys);
  EXPECT_EQ(both.sealed_bytes().size(), alone.sealed_bytes().size());
  EXPECT_NE(both.sealed_bytes(), alone.sealed_bytes());
  std::string bytes = stored(both);
  bytes[0] = static_cast<char>(TextField::body);  // As if it had no reader.
  bytes.erase(17, 8);
  EXPECT_EQ(opened(restored(bytes), keys), "corruption");
}

TEST(SealForReader, DetectsAnotherReaderAndAChangeOfAnyByteThatMatters) {
  MemoryKeyStore keys(1);
  for (std::uint64_t member = 0; member < 256; ++member)
    for (const KeyUse use : {KeyUse::wrote, KeyUse::received})
      ASSERT_TRUE(keys.key_for_writing({MemberId{member}, use}));
  const std::string bytes = stored(sealed_for_bob(keys));
  const std::size_t reader_at = 17;
  for (const std::size_t at : {std::size_t{1}, std::size_t{9}, reader_at, bytes.size() - 1})
    for (const int change : {0x01, 0x80, 0xFF}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ change);
      EXPECT_EQ(opened(restored(changed), keys), "corruption") << "byte " << at;
    }
}

TEST(SealForReader, LeavesAloneWhatIsEmptyOrHasAReader) {
  MemoryKeyStore keys(1);
  Text text = sealed_for_bob(keys);
  const Text before = text;
  Text empty;
  Text* const texts[] = {&text, &empty};
  ASSERT_TRUE(seal_for_reader(texts, MemberId{9}, keys));
  EXPECT_EQ(text, before);
  EXPECT_FALSE(empty.is_sealed());
  EXPECT_FALSE(*keys.key_for_reading({MemberId{9}, KeyUse::received})) << "no key was needed";
}

TEST(SealForReader, LeavesAllUnchangedOnceWhatTheReaderReceivedIsErased) {
  MemoryKeyStore keys(1);
  ASSERT_TRUE(keys.erase({bob, KeyUse::received}));
  Text text = sealed(keys);
  const Text before = text;
  Text* const texts[] = {&text};
  const auto status = seal_for_reader(texts, bob, keys);
  EXPECT_EQ(status.error().code, ErrorCode::not_found);
  EXPECT_NE(status.error().message.find("member:8"), std::string::npos);
  EXPECT_EQ(text, before);
  EXPECT_EQ(opened(text, keys), letter);
}

/// What an earlier release has stored opens, and is stored in the same bytes again.
TEST(SealForReader, IsNotSeenInTextsWithoutAReader) {
  MemoryKeyStore keys(7);
  const std::string bytes = stored(sealed(keys));
  EXPECT_EQ(bytes.size(), 1 + 8 + 8 + 20 + 24 + 4 + letter.size() + 16);
  EXPECT_EQ(bytes[0], static_cast<char>(TextField::body));
  EXPECT_EQ(stored(restored(bytes)), bytes);
}

TEST(KeyIds, AreStoredAsTheMembersNumberWithTheUseOnTop) {
  EXPECT_EQ(KeyId{MemberId{7}}.packed(), 7u);
  EXPECT_EQ((KeyId{MemberId{7}, KeyUse::received}.packed()), (std::uint64_t{1} << 56) + 7);
  for (const KeyUse use : {KeyUse::wrote, KeyUse::received}) {
    const KeyId id{MemberId{StreamId::number_max}, use};
    EXPECT_EQ(KeyId::from_packed(id.packed()), id);
  }
}

TEST(KeyedHash, DependsOnTheKeyAndEveryByte) {
  MemoryKeyStore keys(1);
  MemoryKeyStore other(2);
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  const std::array<std::uint8_t, 3> changed{1, 2, 4};
  EXPECT_EQ(keyed_hash(keys.store_key(), bytes), keyed_hash(keys.store_key(), bytes));
  EXPECT_NE(keyed_hash(keys.store_key(), bytes), keyed_hash(keys.store_key(), changed));
  EXPECT_NE(keyed_hash(keys.store_key(), bytes), keyed_hash(other.store_key(), bytes));
  EXPECT_EQ(keyed_hash(keys.store_key(), {}), keyed_hash(keys.store_key(), {}));
}

TEST(MemoryKeyStore, GivesAKeyOnlyToWhomWasGivenOne) {
  MemoryKeyStore keys(1);
  EXPECT_FALSE(*keys.key_for_reading(ada));
  const auto key = keys.key_for_writing(ada);
  ASSERT_TRUE(key);
  EXPECT_EQ(**keys.key_for_reading(ada), *key);
  EXPECT_NE(*keys.key_for_writing(bob), *key);
}

TEST(MemoryKeyStore, ForgetsAnErasedMemberForEver) {
  MemoryKeyStore keys(1);
  ASSERT_TRUE(keys.key_for_writing(ada));
  ASSERT_TRUE(keys.erase(ada));
  ASSERT_TRUE(keys.erase(ada));
  EXPECT_FALSE(*keys.key_for_reading(ada));
  const auto refused = keys.key_for_writing(ada);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_NE(refused.error().message.find("member:7 was erased"), std::string::npos);
}

}  // namespace
}  // namespace inmail
