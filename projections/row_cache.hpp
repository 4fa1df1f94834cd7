#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace inmail {

/// Rows in memory, in no order, for `BatchRows`: a hash table over rows whose key and value lie
/// side by side in large blocks, because in a fold the memory that must be touched is what costs
/// time. Rows are never removed one by one; `shrink` keeps those that were read.
///
/// Owned by one thread. A row's address holds until the next `shrink`.
class RowCache {
 public:
  struct Row {
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
    std::uint32_t value_room = 0;
    bool is_there = false;      ///< False: it is known that there is no such row.
    bool is_pending = false;    ///< Differs, or may differ, from the table below.
    bool may_be_stored = true;  ///< The table below may hold a row of this key.
    bool was_read = false;      ///< Since the last `shrink`.
    char* value_at = nullptr;

    std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_bytes}; }
    std::string_view value() const { return {value_at, value_bytes}; }
  };

  RowCache();
  RowCache(const RowCache&) = delete;
  RowCache& operator=(const RowCache&) = delete;

  /// The row of that key, made if it holds none: then `is_new`.
  struct Found {
    Row& row;
    bool is_new;
  };
  Found find_or_add(std::string_view key);

  void set_value(Row& row, std::string_view value);

  template <class Visit>
  void for_each(const Visit& visit) {
    for (const Slot& slot : slots_)
      if (slot.row) visit(*slot.row);
  }

  /// Of memory in use, values included that were replaced by longer ones.
  std::size_t bytes() const { return bytes_ + slots_.size() * sizeof(Slot); }

  /// Forgets all rows but those that are there and were read since the last time, and of these what
  /// goes beyond `bytes_max`. Requires: nothing is pending.
  void shrink(std::size_t bytes_max);
  void clear();

 private:
  struct Slot {
    std::uint64_t hash = 0;
    Row* row = nullptr;
  };
  using Block = std::unique_ptr<char[]>;

  char* allocate(std::size_t bytes);
  void grow();
  Slot& slot_of(std::string_view key, std::uint64_t hash);

  std::vector<Slot> slots_;  ///< A power of two of them, at most two thirds in use.
  std::size_t used_ = 0;
  std::vector<Block> blocks_;
  char* free_ = nullptr;
  std::size_t free_bytes_ = 0;
  std::size_t bytes_ = 0;  ///< Of rows.
};

}  // namespace inmail
