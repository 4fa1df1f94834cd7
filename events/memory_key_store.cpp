#include "events/memory_key_store.hpp"

#include "events/synthetic_keys.hpp"

namespace inmail {

MemoryKeyStore::MemoryKeyStore(std::uint64_t seed) : store_key_(synthetic_store_key(seed)) {}

Result<Key> MemoryKeyStore::key_for_writing(KeyId id) {
  {
    const std::scoped_lock lock(mutex_);
    if (erased_.contains(id)) return key_was_erased(id);
    made_.insert(id);
  }
  return synthetic_key(store_key_, id);
}

Result<std::optional<Key>> MemoryKeyStore::key_for_reading(KeyId id) {
  {
    const std::scoped_lock lock(mutex_);
    if (!made_.contains(id)) return std::optional<Key>{};
  }
  return std::optional<Key>(synthetic_key(store_key_, id));
}

Status MemoryKeyStore::erase(KeyId id) {
  const std::scoped_lock lock(mutex_);
  made_.erase(id);
  erased_.insert(id);
  return {};
}

}  // namespace inmail
