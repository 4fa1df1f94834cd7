#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_set>

#include "events/keys.hpp"

namespace inmail {

/// Keys made from a seed and kept in memory, for tests and simulations: the keys are those of a
/// `FileKeyStore` with the same synthetic seed. Nothing is on a disk, so nothing survives it.
///
/// Any thread may call any method at any time.
class MemoryKeyStore final : public KeyStore {
 public:
  explicit MemoryKeyStore(std::uint64_t seed);

  Result<Key> key_for_writing(MemberId author) override;
  Result<std::optional<Key>> key_for_reading(MemberId author) override;
  Status sync() override { return {}; }
  Status erase(MemberId author) override;
  const Key& store_key() const override { return store_key_; }

 private:
  const Key store_key_;
  std::mutex mutex_;
  std::unordered_set<MemberId> holders_;
  std::unordered_set<MemberId> erased_;
};

}  // namespace inmail
