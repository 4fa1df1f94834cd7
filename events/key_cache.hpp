#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "events/keys.hpp"

namespace inmail {

/// The keys used lately, in memory of a fixed size: sets of eight, each with its own second chance.
/// Any thread may call any method at any time; two threads meet only on the same 64th of the sets.
class KeyCache {
 public:
  /// Holds at most `keys_max` keys, taken down to eight times a power of two; fewer than eight mean
  /// none at all.
  explicit KeyCache(std::size_t keys_max);
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;
  ~KeyCache();

  std::optional<Key> get(KeyId id);
  void put(KeyId id, const Key& key);
  void remove(KeyId id);

 private:
  static constexpr std::size_t ways = 8;

  struct Entry {
    std::uint64_t name = 0;
    bool is_set = false;
    bool was_used = false;
    Key key{};
  };
  struct Set {
    std::array<Entry, ways> entries;
    std::size_t hand = 0;  ///< Where the search for a victim goes on.

    Entry* find(KeyId id);
    Entry& victim();
  };
  struct alignas(64) Lock {
    std::mutex mutex;
  };

  std::size_t set_of(KeyId id) const;
  std::mutex& lock_of(std::size_t set) { return locks_[set % locks_.size()].mutex; }

  std::array<Lock, 64> locks_;
  std::vector<Set> sets_;
};

}  // namespace inmail
