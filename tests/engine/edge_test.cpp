// What the edge makes of a command before an actor sees it.

#include "engine/edge.hpp"

#include <gtest/gtest.h>

#include "events/memory_key_store.hpp"

namespace inmail {
namespace {

constexpr MemberId ada{1};

/// One store key, and keys of members that go by another seed.
class Keys final : public KeyStore {
 public:
  explicit Keys(std::uint64_t seed) : members_(seed) {}

  Result<Key> key_for_writing(KeyId id) override { return members_.key_for_writing(id); }
  Result<std::optional<Key>> key_for_reading(KeyId id) override {
    return members_.key_for_reading(id);
  }
  Status sync() override { return {}; }
  Status erase(KeyId id) override { return members_.erase(id); }
  const Key& store_key() const override { return store_.store_key(); }

 private:
  MemoryKeyStore store_{1};
  MemoryKeyStore members_;
};

std::uint64_t key_of(const std::string& tag, KeyStore& keys, MemberId member = ada) {
  Command command = TagConversation{{member, {}, InMailId{{1}}}, tag, 0, true};
  const CommandId id = make_command_id(timestamp_from_ms(1'767'600'000'000), 1, 1);
  EXPECT_TRUE(seal_texts(command, id, keys).ok());
  return std::get<TagConversation>(command).key;
}

TEST(Tags, AreToldApartByTheirOwnersKey) {
  Keys keys(2);
  EXPECT_EQ(key_of("later", keys), key_of("later", keys));
  EXPECT_NE(key_of("later", keys), key_of("never", keys));
  EXPECT_NE(key_of("later", keys), key_of("later", keys, MemberId{2}));
}

TEST(Edge, TakesATextThatIsSealedForAReaderToNobodyElse) {
  Keys keys(2);
  constexpr MemberId bob{2};
  constexpr MemberId eve{3};
  const CommandId id = make_command_id(timestamp_from_ms(1'767'600'000'000), 1, 1);
  Command first = SendInMail{ada, {}, bob, "Hello", "May I?"};
  ASSERT_TRUE(seal_texts(first, id, keys));
  ASSERT_TRUE(seal_for_reader(first, bob, keys));
  const Text body = std::get<SendInMail>(first).body;
  EXPECT_EQ(body.reader(), bob);

  Command again = SendInMail{ada, {}, bob, "Hello", body};
  EXPECT_TRUE(seal_texts(again, id, keys));
  Command elsewhere = SendInMail{ada, {}, eve, "Hello", body};
  EXPECT_EQ(seal_texts(elsewhere, id, keys).error().code, ErrorCode::invalid_argument);
  Command draft = SaveDraft{ada, {}, {}, 0, {}, "Hello", body};
  EXPECT_EQ(seal_texts(draft, id, keys).error().code, ErrorCode::invalid_argument);
}

/// The store's key outlives a member, so it must not be all that it takes to try a guess.
TEST(Tags, CannotBeGuessedWithTheStoresKey) {
  Keys keys(2);
  Keys other_members(3);
  ASSERT_EQ(keys.store_key(), other_members.store_key());
  EXPECT_NE(key_of("later", keys), key_of("later", other_members));
}

}  // namespace
}  // namespace inmail
