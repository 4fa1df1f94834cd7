#include "events/key_cache.hpp"

#include <sodium.h>

#include <bit>

namespace inmail {

KeyCache::KeyCache(std::size_t keys_max) : sets_(std::bit_floor(keys_max / ways)) {}

KeyCache::~KeyCache() { sodium_memzero(sets_.data(), sets_.size() * sizeof(Set)); }

KeyCache::Entry* KeyCache::Set::find(KeyId id) {
  for (Entry& entry : entries)
    if (entry.name == id.packed() && entry.is_set) return &entry;
  return nullptr;
}

KeyCache::Entry& KeyCache::Set::victim() {
  for (Entry& entry : entries)
    if (!entry.is_set) return entry;
  while (entries[hand].was_used) {
    entries[hand].was_used = false;
    hand = (hand + 1) % ways;
  }
  Entry& chosen = entries[hand];
  hand = (hand + 1) % ways;
  return chosen;
}

std::size_t KeyCache::set_of(KeyId id) const {
  const std::uint64_t mixed = id.packed() * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(mixed >> 32) & (sets_.size() - 1);
}

std::optional<Key> KeyCache::get(KeyId id) {
  if (sets_.empty()) return std::nullopt;
  const std::size_t set = set_of(id);
  const std::scoped_lock lock(lock_of(set));
  Entry* entry = sets_[set].find(id);
  if (entry == nullptr) return std::nullopt;
  entry->was_used = true;
  return entry->key;
}

void KeyCache::put(KeyId id, const Key& key) {
  if (sets_.empty()) return;
  const std::size_t set = set_of(id);
  const std::scoped_lock lock(lock_of(set));
  Entry* entry = sets_[set].find(id);
  if (entry == nullptr) entry = &sets_[set].victim();
  *entry = {.name = id.packed(), .is_set = true, .was_used = true, .key = key};
}

void KeyCache::remove(KeyId id) {
  if (sets_.empty()) return;
  const std::size_t set = set_of(id);
  const std::scoped_lock lock(lock_of(set));
  Entry* entry = sets_[set].find(id);
  if (entry == nullptr) return;
  sodium_memzero(entry, sizeof *entry);
}

}  // namespace inmail
