#pragma once

#include <cstdint>
#include <mutex>
#include <set>

#include "events/keys.hpp"

namespace inmail {

/// Keys made from a seed and kept in memory, for tests and simulations: the keys are those of a
/// `FileKeyStore` with the same synthetic seed. Nothing is on a disk, so nothing survives it.
///
/// Any thread may call any method at any time.
class MemoryKeyStore final : public KeyStore {
 public:
  explicit MemoryKeyStore(std::uint64_t seed);

  Result<Key> key_for_writing(KeyId id) override;
  Result<std::optional<Key>> key_for_reading(KeyId id) override;
  Status sync() override { return {}; }
  Status erase(KeyId id) override;
  const Key& store_key() const override { return store_key_; }

 private:
  const Key store_key_;
  std::mutex mutex_;
  std::set<KeyId> made_;
  std::set<KeyId> erased_;
};

}  // namespace inmail
