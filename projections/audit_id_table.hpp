#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace inmail::auditing {

/// Maps ids of 16 bytes to small values; only grows. In one flat table with linear probing, since
/// an audit keeps one entry for each command and each InMail that ever was: a node for each would
/// take three times as much. The id of all zeros is none and is never found.
template <class Value>
class IdTable {
 public:
  using Id = std::array<std::uint8_t, 16>;

  std::size_t size() const { return size_; }

  Value* find(const Id& id) {
    const Key key = key_of(id);
    if (slots_.empty() || key == Key{}) return nullptr;
    Slot& slot = slots_[place_of(key)];
    return slot.key == key ? &slot.value : nullptr;
  }
  const Value* find(const Id& id) const { return const_cast<IdTable*>(this)->find(id); }

  /// The value of `id`, `value` if it is new. Requires: not the id of all zeros. The reference
  /// holds until the next insertion.
  Value& insert(const Id& id, Value value) {
    if ((size_ + 1) * 10 > slots_.size() * 7) grow();
    const Key key = key_of(id);
    Slot& slot = slots_[place_of(key)];
    if (slot.key != key) {
      slot = {key, value};
      ++size_;
    }
    return slot.value;
  }

  template <class Visit>
  void for_each(Visit&& visit) const {
    Id id;
    for (const Slot& slot : slots_) {
      if (slot.key == Key{}) continue;
      std::memcpy(id.data(), &slot.key, id.size());
      visit(id, slot.value);
    }
  }

 private:
  /// The id as two numbers, which compare without a call.
  struct Key {
    std::uint64_t first = 0;
    std::uint64_t last = 0;

    bool operator==(const Key&) const = default;
  };

  struct Slot {
    Key key{};
    Value value{};
  };

  static Key key_of(const Id& id) {
    Key key;
    std::memcpy(&key, id.data(), id.size());
    return key;
  }

  /// Where a key is, or the free slot where it belongs.
  std::size_t place_of(const Key& key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = hash_of(key) & mask;
    while (slots_[place].key != key && slots_[place].key != Key{}) place = (place + 1) & mask;
    return place;
  }

  static std::size_t hash_of(const Key& key) {
    std::uint64_t mixed = (key.first ^ (key.last * 0x9E3779B97F4A7C15ULL)) * 0xBF58476D1CE4E5B9ULL;
    mixed ^= mixed >> 32;
    return static_cast<std::size_t>(mixed * 0x94D049BB133111EBULL >> 20);
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 1'024 : slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.key != Key{}) slots_[place_of(slot.key)] = slot;
  }

  std::vector<Slot> slots_;  ///< A power of two.
  std::size_t size_ = 0;
};

}  // namespace inmail::auditing
