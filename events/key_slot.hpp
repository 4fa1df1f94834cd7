#pragma once

#include <cstdint>

#include "events/ids.hpp"
#include "events/keys.hpp"

namespace inmail {

/// One slot of a key file, as it lies on the disk (little-endian):
///
/// | at | bytes | what                                                                     |
/// |----|-------|--------------------------------------------------------------------------|
/// |  0 |     8 | name: the member, and in the highest byte the use (`KeyId::packed`)      |
/// |  8 |     8 | marker: one constant for a live key, one for an erased one               |
/// | 16 |    32 | the key; of an erased one a fixed filler                                 |
/// | 48 |     8 | hash of the name: which key is concerned if the rest is damaged; not 0   |
/// | 56 |     8 | hash of the 56 bytes before; never zero                                  |
///
/// A slot that was never written is all zeros. It is written over zeros once (with a key, or as
/// erased) and may be overwritten once more (erased), so what a cut write leaves can be told apart.
struct KeySlot {
  std::uint64_t name = 0;
  std::uint64_t marker = 0;
  Key key{};
  std::uint64_t name_hash = 0;
  std::uint64_t checksum = 0;

  KeyId id() const { return KeyId::from_packed(name); }
};
static_assert(sizeof(KeySlot) == 64);

enum class SlotState : std::uint8_t {
  empty,
  live,
  erased,      ///< Or the erasing was begun: part of the key may be gone, so there is none.
  unfinished,  ///< A first write that a crash cut: never synced, so nothing was sealed with the
               ///< key.
  damaged,     ///< Written whole once, and not the same now.
};

KeySlot live_slot(KeyId id, const Key& key);
KeySlot erased_slot(KeyId id);

SlotState state_of(const KeySlot& slot);

/// Can a slot, damaged as it may be, still say for sure which key's it is?
bool names_its_key(const KeySlot& slot);

}  // namespace inmail
