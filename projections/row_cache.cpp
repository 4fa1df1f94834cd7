#include "projections/row_cache.hpp"

#include <xxhash.h>

#include <new>
#include <type_traits>

#include "events/result.hpp"

namespace inmail {
namespace {

constexpr std::size_t slots_min = 1024;
constexpr std::size_t block_bytes = std::size_t{256} << 10;

std::uint64_t hash_of(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

}  // namespace

static_assert(std::is_trivially_destructible_v<RowCache::Row>, "blocks are freed as bytes");

RowCache::RowCache() : slots_(slots_min) {}

RowCache::Slot& RowCache::slot_of(std::string_view key, std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(hash) & mask;
  while (slots_[at].row && (slots_[at].hash != hash || slots_[at].row->key() != key))
    at = (at + 1) & mask;
  return slots_[at];
}

RowCache::Found RowCache::find_or_add(std::string_view key) {
  if (used_ >= slots_.size() / 3 * 2) grow();
  const std::uint64_t hash = hash_of(key);
  Slot& slot = slot_of(key, hash);
  if (slot.row) return {*slot.row, false};
  char* const at = allocate(sizeof(Row) + key.size());
  Row* const row = new (at) Row;
  row->key_bytes = static_cast<std::uint32_t>(key.size());
  std::memcpy(at + sizeof(Row), key.data(), key.size());
  slot = {hash, row};
  ++used_;
  return {*row, true};
}

void RowCache::set_value(Row& row, std::string_view value) {
  if (value.size() > row.value_room) {
    // A row that grew once may grow again.
    const std::size_t room = row.value_room == 0 ? value.size() : value.size() + value.size() / 2;
    invariant(room <= UINT32_MAX, "a row is too large");
    row.value_at = allocate(room);
    row.value_room = static_cast<std::uint32_t>(room);
  }
  if (!value.empty()) std::memcpy(row.value_at, value.data(), value.size());
  row.value_bytes = static_cast<std::uint32_t>(value.size());
}

char* RowCache::allocate(std::size_t bytes) {
  bytes = (bytes + alignof(Row) - 1) / alignof(Row) * alignof(Row);
  bytes_ += bytes;
  if (bytes > block_bytes / 4) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(bytes));
    return blocks_.back().get();
  }
  if (bytes > free_bytes_) {
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes));
    free_ = blocks_.back().get();
    free_bytes_ = block_bytes;
  }
  char* const at = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return at;
}

void RowCache::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (!slot.row) continue;
    std::size_t at = static_cast<std::size_t>(slot.hash) & mask;
    while (slots_[at].row) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

void RowCache::shrink(std::size_t bytes_max) {
  std::vector<Slot> old_slots;
  std::vector<Block> old_blocks;
  old_slots.swap(slots_);
  old_blocks.swap(blocks_);
  clear();
  for (const Slot& slot : old_slots) {
    if (!slot.row) continue;
    invariant(!slot.row->is_pending, "a pending row was to be forgotten");
    const bool is_kept = slot.row->was_read && slot.row->is_there && bytes() < bytes_max;
    if (!is_kept) continue;
    Row& row = find_or_add(slot.row->key()).row;
    row.is_there = true;
    set_value(row, slot.row->value());
  }
}

void RowCache::clear() {
  slots_.assign(slots_min, {});
  used_ = 0;
  blocks_.clear();
  free_ = nullptr;
  free_bytes_ = 0;
  bytes_ = 0;
}

}  // namespace inmail
