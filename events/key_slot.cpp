#include "events/key_slot.hpp"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace inmail {
namespace {

static_assert(std::endian::native == std::endian::little, "key files are little-endian");

/// No byte of one equals that of the other or its complement, nor is zero.
constexpr std::uint64_t live_marker = 0x5A'C3'96'0F'E1'2D'78'B4;
constexpr std::uint64_t erased_marker = 0x31'7E'45'D8'0B'9A'E6'53;
constexpr std::uint8_t erased_filler = 0xE5;

using Words = std::array<std::uint64_t, 8>;
constexpr std::size_t marker_word = 1;
constexpr std::size_t name_hash_word = 6;

Words words_of(const KeySlot& slot) { return std::bit_cast<Words>(slot); }

std::uint64_t checksum_of(const KeySlot& slot) {
  return XXH3_64bits(&slot, offsetof(KeySlot, checksum)) | 1;
}

std::uint64_t hash_of_name(std::uint64_t name) {
  return XXH3_64bits_withSeed(&name, sizeof name, live_marker) | 1;
}

KeySlot make_slot(KeyId id, std::uint64_t marker, const Key& key) {
  KeySlot slot{
      .name = id.packed(), .marker = marker, .key = key, .name_hash = hash_of_name(id.packed())};
  slot.checksum = checksum_of(slot);
  return slot;
}

/// Does anything stand in the slot that only erasing its key puts there?
bool erasing_began(const KeySlot& slot) {
  if (!names_its_key(slot)) return false;
  const Words is = words_of(slot);
  const Words erased = words_of(erased_slot(slot.id()));
  for (std::size_t word = marker_word; word < is.size(); ++word)
    if (word != name_hash_word && is[word] == erased[word]) return true;
  return false;
}

/// Apart from the name no word of a whole slot is zero, save by a chance of 1 in 2^62. A disk
/// writes no less than 512 bytes at once, so a cut within the last word need not be told from
/// damage.
bool write_was_cut(const KeySlot& slot) {
  const Words words = words_of(slot);
  return std::any_of(words.begin() + marker_word, words.end(),
                     [](std::uint64_t word) { return word == 0; });
}

}  // namespace

KeySlot live_slot(KeyId id, const Key& key) { return make_slot(id, live_marker, key); }

KeySlot erased_slot(KeyId id) {
  Key filler;
  filler.fill(erased_filler);
  return make_slot(id, erased_marker, filler);
}

bool names_its_key(const KeySlot& slot) { return slot.name_hash == hash_of_name(slot.name); }

SlotState state_of(const KeySlot& slot) {
  if (words_of(slot) == Words{}) return SlotState::empty;
  if (slot.checksum == checksum_of(slot)) {
    if (slot.marker == live_marker) return SlotState::live;
    if (slot.marker == erased_marker) return SlotState::erased;
    return SlotState::damaged;
  }
  if (erasing_began(slot)) return SlotState::erased;
  return write_was_cut(slot) ? SlotState::unfinished : SlotState::damaged;
}

}  // namespace inmail
