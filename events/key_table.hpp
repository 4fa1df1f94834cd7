#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "events/file_system.hpp"
#include "events/key_slot.hpp"
#include "events/keys.hpp"

namespace inmail {

/// What the head of a key file says.
struct KeyHeader {
  std::uint64_t capacity = 0;  ///< A power of two.
  bool synthetic = false;
  Key store_key{};
};

/// The hash table within one key file (its form is drawn in file_key_store.hpp). Holds nothing but
/// the header in memory: `find` reads 8 KiB.
///
/// Any thread may call `find` while no other calls `write`; the owner sees to that.
class KeyTable {
 public:
  static constexpr std::uint64_t capacity_min = 1024;
  static constexpr std::uint64_t capacity_max = std::uint64_t{1} << 36;
  /// The slot of a key is one of this many, from its home on.
  static constexpr std::uint64_t window = 128;

  /// Reads and checks the header. Allocates nothing that the file has a say in.
  /// Errors: corruption when it is no key file or is cut short; newer_format; io.
  static Result<KeyTable> open(std::shared_ptr<File> file);

  /// Writes an empty table into a new file. Errors: io.
  static Status write_empty(const File& file, const KeyHeader& header);

  static constexpr std::uint64_t no_slot = ~std::uint64_t{0};
  struct Found {
    SlotState state = SlotState::empty;  ///< `empty`: the key has no slot.
    std::uint64_t slot = no_slot;        ///< Its slot, or the first free one of its window.
    bool is_own = false;                 ///< The slot says for sure that it is this key's.
    Key key{};
  };
  /// The slot of a key. `damaged` when a damaged slot is its own, or may be for all one can tell.
  /// Errors: io; corruption when the file became shorter.
  Result<Found> find(KeyId id) const;

  /// Errors: io.
  Status write(std::uint64_t slot, const KeySlot& content) const;

  /// Writes all that counts into a new file of a larger capacity, in order, through about 1 MiB of
  /// memory. Errors: corruption when a slot is damaged (nothing may be lost by growing), or when
  /// the new table cannot take its keys, which only a forged file brings about; io.
  Status copy_into(const File& target, const KeyHeader& header) const;

  /// Writes the table as it stands into a new file, while its owner may write to it: a slot that is
  /// met in the middle of a write is read again. Tells of every key that was erased.
  /// Errors: corruption when a slot is damaged; io.
  Status copy_as_is(const File& target, const std::function<void(KeyId)>& on_erased) const;

  /// As above, without a copy.
  Status for_each_erased(const std::function<void(KeyId)>& on_erased) const;

  const KeyHeader& header() const { return header_; }
  const std::shared_ptr<File>& file() const { return file_; }
  Error damage_at(std::uint64_t slot) const;

 private:
  KeyTable(std::shared_ptr<File> file, const KeyHeader& header);

  Result<KeySlot> settled_slot(std::uint64_t slot) const;
  Status walk(const File* target, const std::function<void(KeyId)>& on_erased) const;

  std::shared_ptr<File> file_;
  KeyHeader header_;
};

}  // namespace inmail
