#include "events/memory_key_store.hpp"

#include "events/synthetic_keys.hpp"

namespace inmail {

MemoryKeyStore::MemoryKeyStore(std::uint64_t seed) : store_key_(synthetic_store_key(seed)) {}

Result<Key> MemoryKeyStore::key_for_writing(MemberId author) {
  {
    const std::scoped_lock lock(mutex_);
    if (erased_.contains(author)) return member_was_erased(author);
    holders_.insert(author);
  }
  return synthetic_key(store_key_, author);
}

Result<std::optional<Key>> MemoryKeyStore::key_for_reading(MemberId author) {
  {
    const std::scoped_lock lock(mutex_);
    if (!holders_.contains(author)) return std::optional<Key>{};
  }
  return std::optional<Key>(synthetic_key(store_key_, author));
}

Status MemoryKeyStore::erase(MemberId author) {
  const std::scoped_lock lock(mutex_);
  holders_.erase(author);
  erased_.insert(author);
  return {};
}

}  // namespace inmail
