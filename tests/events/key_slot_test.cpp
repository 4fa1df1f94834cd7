#include "events/key_slot.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace inmail {
namespace {

constexpr std::size_t words = sizeof(KeySlot) / 8;

Key some_key() {
  Key key;
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(7 * i + 1);
  return key;
}

/// `before` after the words in the bit set `reached` of `after` came through.
KeySlot mixed(const KeySlot& before, const KeySlot& after, unsigned reached) {
  KeySlot slot = before;
  for (std::size_t word = 0; word < words; ++word)
    if (((reached >> word) & 1u) != 0)
      std::memcpy(reinterpret_cast<char*>(&slot) + word * 8,
                  reinterpret_cast<const char*>(&after) + word * 8, 8);
  return slot;
}

TEST(KeySlot, KnowsItsState) {
  EXPECT_EQ(state_of(KeySlot{}), SlotState::empty);
  EXPECT_EQ(state_of(live_slot(MemberId{0}, some_key())), SlotState::live);
  EXPECT_EQ(state_of(live_slot(MemberId{7}, some_key())), SlotState::live);
  EXPECT_EQ(state_of(erased_slot(MemberId{7})), SlotState::erased);
}

TEST(KeySlot, IsUnfinishedWhereverItsFirstWriteWasCut) {
  const KeySlot whole = live_slot(MemberId{7}, some_key());
  for (unsigned reached = 1; reached < 255; ++reached)
    EXPECT_EQ(state_of(mixed(KeySlot{}, whole, reached)),
              reached == 254 ? SlotState::damaged : SlotState::unfinished)
        << reached;
}

/// All words but the member's came through: it cannot be told from damage to that word.
TEST(KeySlot, OfMemberZeroIsWholeWithoutItsFirstWord) {
  const KeySlot whole = live_slot(MemberId{0}, some_key());
  EXPECT_EQ(state_of(mixed(KeySlot{}, whole, 254)), SlotState::live);
}

TEST(KeySlot, IsErasedWhereverItsErasingWasCut) {
  const KeySlot live = live_slot(MemberId{7}, some_key());
  const KeySlot erased = erased_slot(MemberId{7});
  const unsigned unchanged = 1u << 0 | 1u << 6;  // The member and its hash.
  for (unsigned reached = 0; reached < 256; ++reached)
    EXPECT_EQ(state_of(mixed(live, erased, reached)),
              (reached & ~unchanged) == 0 ? SlotState::live : SlotState::erased)
        << reached;
}

TEST(KeySlot, IsDamagedByAnyOtherByte) {
  const KeySlot live = live_slot(MemberId{7}, some_key());
  for (std::size_t at = 0; at < sizeof live; ++at)
    for (unsigned change = 1; change < 256; ++change) {
      KeySlot slot = live;
      reinterpret_cast<std::uint8_t*>(&slot)[at] ^= static_cast<std::uint8_t>(change);
      ASSERT_EQ(state_of(slot), SlotState::damaged) << at << " ^ " << change;
      ASSERT_EQ(names_its_key(slot), !(at < 8 || (at >= 48 && at < 56)));
    }
}

TEST(KeySlot, OfAnErasedMemberStaysErasedOrIsDamaged) {
  const KeySlot erased = erased_slot(MemberId{7});
  for (std::size_t at = 0; at < sizeof erased; ++at) {
    KeySlot slot = erased;
    reinterpret_cast<std::uint8_t*>(&slot)[at] ^= 0xFF;
    EXPECT_EQ(state_of(slot), names_its_key(slot) ? SlotState::erased : SlotState::damaged);
  }
}

}  // namespace
}  // namespace inmail
