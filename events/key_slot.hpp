#pragma once

#include <cstdint>

#include "events/ids.hpp"
#include "events/keys.hpp"

namespace inmail {

/// One slot of a key file, as it lies on the disk (little-endian):
///
/// | at | bytes | what                                                                     |
/// |----|-------|--------------------------------------------------------------------------|
/// |  0 |     8 | member                                                                   |
/// |  8 |     8 | marker: one constant for a live key, one for an erased member            |
/// | 16 |    32 | the key; of an erased member a fixed filler                              |
/// | 48 |     8 | hash of the member: who is concerned if the rest is damaged; never zero  |
/// | 56 |     8 | hash of the 56 bytes before; never zero                                  |
///
/// A slot that was never written is all zeros. It is written over zeros once (with a key, or as
/// erased) and may be overwritten once more (erased), so what a cut write leaves can be told apart.
struct KeySlot {
  std::uint64_t member = 0;
  std::uint64_t marker = 0;
  Key key{};
  std::uint64_t member_hash = 0;
  std::uint64_t checksum = 0;
};
static_assert(sizeof(KeySlot) == 64);

enum class SlotState : std::uint8_t {
  empty,
  live,
  erased,      ///< Or the erasing was begun: part of the key may be gone, so the member has none.
  unfinished,  ///< A first write that a crash cut: never synced, so nothing was sealed with the
               ///< key.
  damaged,     ///< Written whole once, and not the same now.
};

KeySlot live_slot(MemberId member, const Key& key);
KeySlot erased_slot(MemberId member);

SlotState state_of(const KeySlot& slot);

/// Can a slot, damaged as it may be, still say for sure whose it is?
bool names_its_member(const KeySlot& slot);

}  // namespace inmail
