#include "events/key_table.hpp"

#include <sodium.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "events/sodium_ready.hpp"

namespace inmail {
namespace {

constexpr std::array<char, 8> magic{'I', 'N', 'M', 'A', 'I', 'L', 'K', 'Y'};
constexpr std::uint32_t format_version = 1;
constexpr std::uint32_t synthetic_flag = 1;
constexpr std::size_t header_block_bytes = 4096;
/// New homes that `copy_into` fills at a time; half a MiB of slots.
constexpr std::uint64_t segment_slots = 8192;

/// The first bytes of the file.
struct RawHeader {
  std::array<char, 8> magic{};
  std::uint32_t version = 0;
  std::uint32_t flags = 0;
  std::uint64_t capacity = 0;
  Key store_key{};
  std::uint64_t checksum = 0;
};
static_assert(sizeof(RawHeader) == 64);

std::uint64_t checksum_of(const RawHeader& raw) {
  return XXH3_64bits(&raw, offsetof(RawHeader, checksum));
}

template <class T>
std::span<std::uint8_t> bytes_of(std::span<T> values) {
  return {reinterpret_cast<std::uint8_t*>(values.data()), values.size_bytes()};
}

std::span<const std::uint8_t> bytes_of(std::span<const KeySlot> slots) {
  return {reinterpret_cast<const std::uint8_t*>(slots.data()), slots.size_bytes()};
}

std::uint64_t place_of(std::uint64_t slot) { return header_block_bytes + slot * sizeof(KeySlot); }

/// The last home needs a whole window behind it, so that no window wraps around.
std::uint64_t slots_in_all(std::uint64_t capacity) { return capacity + KeyTable::window; }

/// Where the window of a key begins. The highest bits of the hash, so that growing keeps the order
/// and both files can be walked from front to back. Hashed under the store's secret, so that
/// whoever chooses the ids cannot crowd one window.
std::uint64_t home_of(std::uint64_t name, const KeyHeader& header) {
  std::uint64_t seed;
  std::memcpy(&seed, header.store_key.data(), sizeof seed);
  const std::uint64_t hash = XXH3_64bits_withSeed(&name, sizeof name, seed);
  return hash >> (64 - std::countr_zero(header.capacity));
}

Status write_header(const File& file, const KeyHeader& header) {
  RawHeader raw{.magic = magic,
                .version = format_version,
                .flags = header.synthetic ? synthetic_flag : 0,
                .capacity = header.capacity,
                .store_key = header.store_key};
  raw.checksum = checksum_of(raw);
  std::array<std::uint8_t, header_block_bytes> block{};
  std::memcpy(block.data(), &raw, sizeof raw);
  auto written = file.write_at(0, block);
  sodium_memzero(block.data(), block.size());
  return written;
}

/// A run of slots on its way to or from the disk. Leaves no keys behind in memory.
class SlotBuffer {
 public:
  explicit SlotBuffer(std::uint64_t slots) : slots_(slots) {}
  SlotBuffer(const SlotBuffer&) = delete;
  SlotBuffer& operator=(const SlotBuffer&) = delete;
  ~SlotBuffer() { sodium_memzero(slots_.data(), slots_.size() * sizeof(KeySlot)); }

  std::span<KeySlot> all() { return slots_; }

  /// False when the window that begins at `home` is full.
  bool place(std::uint64_t home, const KeySlot& slot) {
    for (KeySlot& each : all().subspan(home, KeyTable::window)) {
      if (state_of(each) != SlotState::empty) continue;
      each = slot;
      return true;
    }
    return false;
  }

  /// Drops the first `count` slots; the rest moves to the front.
  void shift(std::uint64_t count) {
    const auto kept = std::copy(slots_.begin() + static_cast<std::ptrdiff_t>(count), slots_.end(),
                                slots_.begin());
    std::fill(kept, slots_.end(), KeySlot{});
  }

 private:
  std::vector<KeySlot> slots_;
};

}  // namespace

KeyTable::KeyTable(std::shared_ptr<File> file, const KeyHeader& header)
    : file_(std::move(file)), header_(header) {}

Result<KeyTable> KeyTable::open(std::shared_ptr<File> file) {
  const std::string name = file->path().string();
  const auto size = file->size();
  if (!size) return size.error();
  RawHeader raw;
  if (*size >= header_block_bytes) {
    auto read = file->read_at(0, bytes_of(std::span(&raw, 1)));
    if (!read) return read.error();
  }
  if (raw.magic != magic) return Error{ErrorCode::corruption, name + " is not a key store"};
  if (raw.version > format_version)
    return Error{ErrorCode::newer_format,
                 name + " was written in key store format " + std::to_string(raw.version) +
                     "; this program reads formats up to " + std::to_string(format_version)};
  if (raw.checksum != checksum_of(raw))
    return Error{ErrorCode::corruption, "the header of the key store " + name + " is damaged"};
  if (!std::has_single_bit(raw.capacity) || raw.capacity < capacity_min ||
      raw.capacity > capacity_max || raw.version == 0 || (raw.flags & ~synthetic_flag) != 0)
    return Error{ErrorCode::corruption, "the header of the key store " + name + " makes no sense"};
  const std::uint64_t expected = place_of(slots_in_all(raw.capacity));
  if (*size != expected)
    return Error{ErrorCode::corruption, "the key store " + name + " has " + std::to_string(*size) +
                                            " bytes instead of " + std::to_string(expected)};
  KeyHeader header{.capacity = raw.capacity,
                   .synthetic = (raw.flags & synthetic_flag) != 0,
                   .store_key = raw.store_key};
  return KeyTable(std::move(file), header);
}

Status KeyTable::write_empty(const File& file, const KeyHeader& header) {
  const std::vector<KeySlot> empty(slots_in_all(header.capacity));
  auto written = file.write_at(place_of(0), bytes_of(std::span<const KeySlot>(empty)));
  if (!written) return written;
  return write_header(file, header);
}

Result<KeyTable::Found> KeyTable::find(KeyId id) const {
  std::array<KeySlot, window> slots;
  const std::uint64_t home = home_of(id.packed(), header_);
  auto read = file_->read_at(place_of(home), bytes_of(std::span<KeySlot>(slots)));
  if (!read) return read.error();

  Found found;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const KeySlot& slot = slots[i];
    const SlotState state = state_of(slot);
    const bool is_own = slot.name == id.packed() && names_its_key(slot);
    const Found here{.state = state, .slot = home + i, .is_own = is_own, .key = slot.key};
    if (is_own && (state == SlotState::live || state == SlotState::erased)) return here;
    if (state == SlotState::damaged && (is_own || !names_its_key(slot)) && !found.is_own)
      found = here;
    if (state == SlotState::empty && found.slot == no_slot) found = here;
  }
  return found;
}

Status KeyTable::write(std::uint64_t slot, const KeySlot& content) const {
  return file_->write_at(place_of(slot), bytes_of(std::span(&content, 1)));
}

Status KeyTable::copy_into(const File& target, const KeyHeader& header) const {
  invariant(header.capacity > header_.capacity, "a key table can only grow");
  const std::uint64_t factor = header.capacity / header_.capacity;
  const std::uint64_t old_step = std::min(header_.capacity, segment_slots / factor);
  const std::uint64_t new_step = old_step * factor;
  SlotBuffer from(old_step + window);
  SlotBuffer to(new_step + window);

  for (std::uint64_t first = 0; first < header_.capacity; first += old_step) {
    auto read = file_->read_at(place_of(first), bytes_of(from.all()));
    if (!read) return read;
    for (std::uint64_t i = 0; i < from.all().size(); ++i) {
      const KeySlot& slot = from.all()[i];
      const SlotState state = state_of(slot);
      if (state == SlotState::damaged) return damage_at(first + i);
      if (state != SlotState::live && state != SlotState::erased) continue;
      const std::uint64_t old_home = home_of(slot.name, header_);
      if (old_home < first || old_home >= first + old_step) continue;
      const std::uint64_t home = home_of(slot.name, header) - first * factor;
      const bool placed = to.place(home, state == SlotState::live ? slot : erased_slot(slot.id()));
      if (!placed)
        return Error{ErrorCode::corruption, "the key store " + file_->path().string() +
                                                " holds more keys in one window than chance puts"};
    }
    auto written = target.write_at(place_of(first * factor),
                                   bytes_of(std::span<const KeySlot>(to.all().first(new_step))));
    if (!written) return written;
    to.shift(new_step);
  }
  auto written = target.write_at(place_of(header.capacity),
                                 bytes_of(std::span<const KeySlot>(to.all().first(window))));
  if (!written) return written;
  return write_header(target, header);
}

/// A slot as it is once nobody is in the middle of writing it.
Result<KeySlot> KeyTable::settled_slot(std::uint64_t slot) const {
  KeySlot content;
  for (int attempt = 0; attempt < 10; ++attempt) {
    auto read = file_->read_at(place_of(slot), bytes_of(std::span(&content, 1)));
    if (!read) return read.error();
    const SlotState state = state_of(content);
    if (state != SlotState::damaged && state != SlotState::unfinished) return content;
  }
  // What a crash has cut was never synced, and no text was sealed with it.
  if (state_of(content) == SlotState::unfinished) return KeySlot{};
  return damage_at(slot);
}

Status KeyTable::walk(const File* target, const std::function<void(KeyId)>& on_erased) const {
  const std::uint64_t slots = slots_in_all(header_.capacity);
  SlotBuffer buffer(segment_slots);
  for (std::uint64_t first = 0; first < slots; first += segment_slots) {
    const auto part = buffer.all().first(std::min(segment_slots, slots - first));
    auto read = file_->read_at(place_of(first), bytes_of(part));
    if (!read) return read;
    for (std::uint64_t i = 0; i < part.size(); ++i) {
      SlotState state = state_of(part[i]);
      if (state == SlotState::damaged || state == SlotState::unfinished) {
        const auto settled = settled_slot(first + i);
        if (!settled) return settled.error();
        part[i] = *settled;
        state = state_of(part[i]);
      }
      if (state != SlotState::erased) continue;
      const KeyId id = part[i].id();
      part[i] = erased_slot(id);
      on_erased(id);
    }
    if (target == nullptr) continue;
    auto written = target->write_at(place_of(first), bytes_of(std::span<const KeySlot>(part)));
    if (!written) return written;
  }
  return {};
}

Status KeyTable::copy_as_is(const File& target, const std::function<void(KeyId)>& on_erased) const {
  if (auto walked = walk(&target, on_erased); !walked) return walked;
  return write_header(target, header_);
}

Status KeyTable::for_each_erased(const std::function<void(KeyId)>& on_erased) const {
  return walk(nullptr, on_erased);
}

Error KeyTable::damage_at(std::uint64_t slot) const {
  return {ErrorCode::corruption, "slot " + std::to_string(slot) + " of the key store " +
                                     file_->path().string() + " is damaged"};
}

}  // namespace inmail
